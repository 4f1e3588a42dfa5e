namespace GpuAls;

/// <summary>
/// Random numbers that stay the same on every platform and version of .NET: SplitMix64 (Steele, Lea and Flood, OOPSLA
/// 2014) over a counter.
/// </summary>
/// <param name="stream">Sequences of different streams are independent.</param>
internal struct SeededRandom(ulong stream)
{
    private ulong _counter;

    /// <summary>The numbers of one part of a seed, such as a row.</summary>
    public static SeededRandom Of(long seed, ulong part) => new(Mix((ulong)seed ^ Mix(part + 1)));

    /// <summary>In [0, 1), 53 bits, as a pure function of a counter.</summary>
    public static double Uniform(ulong counter) => (Mix(counter) >> 11) * (1.0 / (1UL << 53));

    /// <summary>The finaliser of SplitMix64.</summary>
    public static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>In [0, 1).</summary>
    public double NextDouble() => Uniform(stream + _counter++);

    /// <summary>In 0 .. bound - 1.</summary>
    public int Next(int bound) => (int)(NextDouble() * bound);

    /// <summary>Puts the items in random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = Next(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }
}

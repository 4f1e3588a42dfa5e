using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GpuAls.Mpi;

namespace GpuAls.MpiProbe;

/// <summary>
/// Random data through each collective. All processes draw the same numbers, so that each knows what the others send.
/// </summary>
internal sealed class Collectives(MpiProcessGroup group, int seed)
{
    private readonly Random _random = new(seed);

    public void Check()
    {
        CheckTypes([0, 3, 700, 60_000]);
        // The way of parts that are too large for one call, of which small ones then are as many pieces.
        (group.LargestCall, group.LargestPiece) = (0, 1 + _random.Next(100));
        CheckTypes([0, 40]);
        // Some are too large, and some are not.
        (group.LargestCall, group.LargestPiece) = (4000, 1000);
        CheckTypes([300, 3000]);
        CheckNullReference();
    }

    private void CheckTypes(int[] largestParts)
    {
        CheckType<byte>(largestParts);
        CheckType<int>(largestParts);
        CheckType<double>(largestParts);
        CheckType<Triple>(largestParts);
    }

    /// <summary>Libraries treat small and large parts differently; some parts are empty.</summary>
    private void CheckType<T>(int[] largestParts)
        where T : unmanaged
    {
        foreach (var largest in largestParts)
        {
            CheckAllGather<T>(largest);
            CheckAllToAll<T>(largest);
            CheckBroadcast<T>(largest);
        }
    }

    private void CheckAllGather<T>(int largest)
        where T : unmanaged
    {
        var (starts, counts) = (new long[group.Size], new long[group.Size]);
        long end = 0;
        for (var process = 0; process < group.Size; process++)
        {
            (starts[process], counts[process]) = (end + _random.Next(3), _random.Next(largest + 1));
            end = starts[process] + counts[process];
        }

        var expected = Draw<T>((int)end);
        var values = new T[end];
        expected.AsSpan((int)starts[group.Rank], (int)counts[group.Rank])
            .CopyTo(values.AsSpan((int)starts[group.Rank]));
        group.AllGather(values.AsSpan(), starts, counts);
        // Between the parts nothing is written.
        var gaps = expected.ToArray();
        for (var process = 0; process < group.Size; process++)
            gaps.AsSpan((int)starts[process], (int)counts[process]).Clear();
        for (var at = 0; at < end; at++)
            if (!gaps[at].Equals(default(T)))
                expected[at] = default;
        Same<T>(expected, values, "AllGather");
    }

    private void CheckAllToAll<T>(int largest)
        where T : unmanaged
    {
        // [from][to]
        var parts = Enumerable.Range(0, group.Size).Select(_ => Enumerable.Range(0, group.Size)
            .Select(_ => Draw<T>(_random.Next(4) == 0 ? 0 : _random.Next(largest + 1))).ToArray()).ToArray();
        var sent = parts[group.Rank];
        var result = group.AllToAll<T>(
            sent.SelectMany(part => part).ToArray(), [.. sent.Select(part => (long)part.Length)], out var received);
        Same<long>([.. parts.Select(of => (long)of[group.Rank].Length)], received, "counts of AllToAll");
        Same<T>(parts.SelectMany(of => of[group.Rank]).ToArray(), result, "AllToAll");
    }

    private void CheckBroadcast<T>(int largest)
        where T : unmanaged
    {
        var (root, expected) = (_random.Next(group.Size), Draw<T>(_random.Next(largest + 1)));
        var values = group.Rank == root ? expected.ToArray() : new T[expected.Length];
        group.Broadcast(values.AsSpan(), root);
        Same<T>(expected, values, "Broadcast");
    }

    private T[] Draw<T>(int length)
        where T : unmanaged
    {
        var values = new T[length];
        _random.NextBytes(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Compares bytes: NaN is equal to itself.</summary>
    private void Same<T>(ReadOnlySpan<T> expected, ReadOnlySpan<T> values, string what)
        where T : unmanaged
    {
        var left = MemoryMarshal.AsBytes(expected);
        var right = MemoryMarshal.AsBytes(values);
        if (!left.SequenceEqual(right))
            throw new InvalidOperationException(
                $"{what} of {typeof(T).Name}, seed {seed}, process {group.Rank} of {group.Size}: {left.Length} bytes, "
                + $"got {right.Length}, the first {left.CommonPrefixLength(right)} of them right");
    }

    /// <summary>Null checks of .NET are faults; UCX must not have taken their signal.</summary>
    private static void CheckNullReference()
    {
        try
        {
            _ = LengthOf(null);
        }
        catch (NullReferenceException)
        {
            return;
        }

        throw new InvalidOperationException("no exception");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(string? text) => text!.Length;

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Triple(int Row, int Column, float Value);
}

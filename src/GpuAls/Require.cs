namespace GpuAls;

/// <summary>Checks at the edge of the host code, once, never inside loops.</summary>
internal static class Require
{
    /// <summary>
    /// Throws a usage error with <paramref name="message"/> unless <paramref name="condition"/> holds.
    /// </summary>
    public static void Usage(bool condition, string message)
    {
        if (!condition) throw new GpuAlsException(FailureKind.Usage, message);
    }

    /// <summary>Throws <see cref="ArgumentException"/> unless a buffer has the length its shape asks for.</summary>
    public static void Length(long actual, long expected, string name)
    {
        if (actual != expected)
            throw new ArgumentException(
                $"{name} has {Counted.Of(actual, "element")}; its shape asks for {expected:N0}.", name);
    }
}

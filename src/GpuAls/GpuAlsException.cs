namespace GpuAls;

/// <summary>
/// A failure the user can act on. The message says what was found, what was expected, where, and what to do about it.
/// </summary>
public sealed class GpuAlsException : Exception
{
    /// <summary>A failure of the given kind.</summary>
    public GpuAlsException(FailureKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    /// <summary>Who can mend it; decides the exit code.</summary>
    public FailureKind Kind { get; }
}

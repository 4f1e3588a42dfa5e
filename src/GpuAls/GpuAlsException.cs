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

/// <summary>Who can mend a failure. Each kind has its exit code on the command line.</summary>
public enum FailureKind
{
    /// <summary>A failure inside the computation. Exit code 1.</summary>
    Internal = 1,

    /// <summary>Options that contradict each other or are out of range. Exit code 2.</summary>
    Usage = 2,

    /// <summary>Input data or a saved model that cannot be used. Exit code 3.</summary>
    BadInput = 3,

    /// <summary>A device that is not there, or has too little memory. Exit code 4.</summary>
    Device = 4,

    /// <summary>Output that cannot be written. Exit code 5.</summary>
    Output = 5,
}

namespace GpuAls;

/// <summary>
/// An error that the user can act on. The message says what was found, what was expected, where, and what to do.
/// </summary>
public sealed class GpuAlsException : Exception
{
    /// <summary>Creates an error of the given kind.</summary>
    public GpuAlsException(FailureKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    /// <summary>What kind of error it is.</summary>
    public FailureKind Kind { get; }

    /// <summary>
    /// Whether a failure while a file is read is one of the file: what JSON, Parquet, archives or the file system make
    /// of damage has many types.
    /// </summary>
    internal static bool IsDamage(Exception exception) =>
        exception is not (OperationCanceledException or GpuAlsException or OutOfMemoryException);
}

/// <summary>Kinds of errors. On the command line, each has its own exit code.</summary>
public enum FailureKind
{
    /// <summary>The computation failed. Exit code 1.</summary>
    Internal = 1,

    /// <summary>Options are out of range or contradict each other. Exit code 2.</summary>
    Usage = 2,

    /// <summary>Input data or a saved model cannot be used. Exit code 3.</summary>
    BadInput = 3,

    /// <summary>A device is missing or has too little memory. Exit code 4.</summary>
    Device = 4,

    /// <summary>Output cannot be written, or a guard refused to publish it. Exit code 5.</summary>
    Output = 5,
}

namespace GpuAls;

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

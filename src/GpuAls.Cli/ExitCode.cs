namespace GpuAls.Cli;

/// <summary>Exit codes beside those of <see cref="FailureKind"/>. Frozen: scripts look at them.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int HungUp = 129;
    public const int Interrupted = 130;
    public const int Terminated = 143;

    public static int Of(FailureKind kind) => (int)kind;
}

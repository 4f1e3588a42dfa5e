namespace GpuAls;

/// <summary>How the fp64 factorisation of one row went.</summary>
internal enum PivotOutcome
{
    /// <summary>Every pivot was positive and finite.</summary>
    Positive,

    /// <summary>So it was with jitter on the diagonal.</summary>
    Jittered,

    /// <summary>Not with jitter either.</summary>
    Failed,
}

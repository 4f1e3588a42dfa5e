namespace GpuAls;

/// <summary>Which combinations are tried, and for how long.</summary>
public enum SearchKind
{
    /// <summary>All combinations.</summary>
    Grid,

    /// <summary>Some, at random (Bergstra and Bengio, 2012).</summary>
    Random,

    /// <summary>Many for a few iterations, the best of them for more (Jamieson and Talwalkar, 2016).</summary>
    Halving,
}

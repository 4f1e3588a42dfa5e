namespace GpuAls;

/// <summary>What a column of times holds.</summary>
internal enum TimeKind
{
    /// <summary>Integers, in whatever unit they are.</summary>
    Integer,

    /// <summary>Timestamps or dates, as microseconds since 1970 in UTC.</summary>
    Instant,
}

/// <summary>The kinds in messages.</summary>
internal static class TimeKinds
{
    /// <summary>As in "column 'time' has …".</summary>
    public static string Text(this TimeKind kind) => kind == TimeKind.Integer ? "integers" : "timestamps or dates";
}

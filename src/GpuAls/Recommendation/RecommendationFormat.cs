namespace GpuAls;

/// <summary>The forms in which lists are written, chosen by the extension of the file.</summary>
public enum RecommendationFormat
{
    /// <summary><c>.parquet</c>: user, item, rank (int32, from 1), score (float).</summary>
    Parquet,

    /// <summary><c>.csv</c>: the same columns, with a header (RFC 4180).</summary>
    Csv,

    /// <summary><c>.jsonl</c>: one list a line, {"user": ..., "items": [{"item": ..., "score": ...}]}.</summary>
    JsonLines,
}

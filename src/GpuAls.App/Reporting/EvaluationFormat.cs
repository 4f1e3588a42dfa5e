namespace GpuAls.App;

/// <summary>The forms in which reports are written, chosen by the extension of the file.</summary>
public enum EvaluationFormat
{
    /// <summary><c>.json</c>: the whole report.</summary>
    Json,

    /// <summary><c>.csv</c>: method, metric, k, value, low, high.</summary>
    Csv,

    /// <summary><c>.parquet</c>: the same columns.</summary>
    Parquet,
}

namespace GpuAls.App;

/// <summary>A page on a run.</summary>
/// <param name="File">The file, .html.</param>
/// <param name="CommandLine">What was typed, for the page; null for nothing.</param>
public sealed record ReportOptions(string File, string? CommandLine = null);

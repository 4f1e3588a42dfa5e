using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuAls.Bench.OnGpu;

/// <summary>
/// A file that appears only when complete. Not an <see cref="IOutput"/>, whose names need OpenSSL, which minimal
/// Linux images lack.
/// </summary>
internal sealed class ResultFile : IDisposable
{
    private readonly StagedPath _path;
    private readonly bool _overwrite;

    /// <param name="path">Path of the file, in an existing folder.</param>
    /// <param name="overwrite">Whether to replace an existing file.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Output: the file exists or cannot be written. Thrown before minutes are spent measuring.
    /// </exception>
    public ResultFile(string path, bool overwrite)
    {
        var final = Path.GetFullPath(path);
        if (Directory.Exists(final))
            throw new GpuAlsException(FailureKind.Output, $"'{final}' is a directory; expected a file name.");
        if (!overwrite && File.Exists(final)) throw OutputErrors.AlreadyThere(final);
        _path = new StagedPath($"{final}.{Environment.ProcessId}.tmp", final);
        _overwrite = overwrite;
        OutputErrors.Guard(_path, () => File.Create(_path.Staging).Dispose());
    }

    /// <summary>Writes the file.</summary>
    /// <param name="write">Writes the contents to a path.</param>
    public void Write(Action<string> write) => OutputErrors.Guard(_path, () =>
    {
        write(_path.Staging);
        File.Move(_path.Staging, _path.Final, _overwrite);
    });

    /// <summary>Removes an incomplete file.</summary>
    public void Dispose() => File.Delete(_path.Staging);
}

/// <summary>The report as JSON.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NewLine = "\n")]
[JsonSerializable(typeof(OnGpuReport))]
internal sealed partial class OnGpuJson : JsonSerializerContext
{
    /// <summary>Writes a report, without escaping non-ASCII text.</summary>
    public static void Write(OnGpuReport report, string path)
    {
        var options = new JsonSerializerOptions(Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        File.WriteAllText(path, JsonSerializer.Serialize(report, new OnGpuJson(options).OnGpuReport) + "\n");
    }
}

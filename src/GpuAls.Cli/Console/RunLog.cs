using System.Globalization;
using System.Text;
using System.Text.Json;

namespace GpuAls.Cli;

/// <summary>Lines about a run on stderr: plain text, or one JSON object a line for log collectors.</summary>
internal sealed class RunLog(TextWriter writer, LogOptions options)
{
    private readonly Lock _lock = new();

    private bool IsJson => options.Format == LogFormat.Json;

    /// <summary>What happened, left out with --quiet.</summary>
    /// <param name="name">Name of the event, for machines.</param>
    /// <param name="text">The line for people.</param>
    /// <param name="fields">The numbers of the event, for machines.</param>
    public void Info(string name, string text, params ReadOnlySpan<(string Key, object? Value)> fields)
    {
        if (!options.Quiet) Write("info", name, text, fields);
    }

    /// <summary>What the user should look at; shown with --quiet too.</summary>
    public void Warn(string name, string text, params ReadOnlySpan<(string Key, object? Value)> fields) =>
        Write("warning", name, IsJson ? text : $"warning: {text}", fields);

    /// <summary>Why the run failed.</summary>
    public void Error(string name, string text, params ReadOnlySpan<(string Key, object? Value)> fields) =>
        Write("error", name, IsJson ? text : $"error: {text}", fields);

    private void Write(string level, string name, string text, ReadOnlySpan<(string Key, object? Value)> fields)
    {
        var line = IsJson ? Json(level, name, text, fields) : text;
        lock (_lock) writer.WriteLine(line);
    }

    private static string Json(string level, string name, string text, ReadOnlySpan<(string Key, object? Value)> fields)
    {
        using var buffer = new MemoryStream();
        using (var output = new Utf8JsonWriter(buffer))
        {
            output.WriteStartObject();
            output.WriteString(
                "time", DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            output.WriteString("level", level);
            output.WriteString("event", name);
            output.WriteString("message", text);
            foreach (var (key, value) in fields) WriteField(output, key, value);
            output.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteField(Utf8JsonWriter output, string key, object? value)
    {
        switch (value)
        {
            case null: output.WriteNull(key); break;
            case int number: output.WriteNumber(key, number); break;
            case long number: output.WriteNumber(key, number); break;
            case double number when !double.IsFinite(number): output.WriteNull(key); break; // JSON has no NaN
            case double number: output.WriteNumber(key, number); break;
            default: output.WriteString(key, value.ToString()); break;
        }
    }
}

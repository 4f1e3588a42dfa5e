using System.Globalization;
using System.Text;
using System.Text.Json;
using GpuAls.App;

namespace GpuAls.Cli;

/// <summary>Lines about a run on stderr: plain text, or one JSON object a line for log collectors.</summary>
internal sealed class RunLog(TextWriter writer, LogOptions options)
{
    private static readonly string[] LevelNames = ["info", "warning", "error"];

    private readonly Lock _lock = new();

    /// <summary>The last error that was written; null for none.</summary>
    public string? LastError { get; private set; }

    /// <summary>Writes a line, unless it is one that --quiet leaves out.</summary>
    public void Write(LogLine line)
    {
        if (line.Level == LogLevel.Error && line.Event != CliEvents.Details) LastError = line.Text;
        if (options.Quiet && line.Level == LogLevel.Info) return;
        var text = options.Format == LogFormat.Json ? Json(line, DateTime.UtcNow)
            : line.Level == LogLevel.Info ? line.Text
            : $"{LevelNames[(int)line.Level]}: {line.Text}";
        lock (_lock) writer.WriteLine(text);
    }

    /// <summary>Writes the summary of a run: a table for people, one event for programs.</summary>
    public void Write(JobSummary summary)
    {
        if (options.Format == LogFormat.Json)
        {
            Write(SummaryLine.Of(summary));
        }
        else if (!options.Quiet && summary.HasSucceeded) // else the error says it all
        {
            var text = string.Join(writer.NewLine, SummaryTable.Of(summary));
            lock (_lock) writer.WriteLine(text);
        }
    }

    private static string Json(LogLine line, DateTime time)
    {
        using var buffer = new MemoryStream();
        using (var output = new Utf8JsonWriter(buffer))
        {
            output.WriteStartObject();
            output.WriteString("time", time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            output.WriteString("level", LevelNames[(int)line.Level]);
            output.WriteString("event", line.Event.Name);
            output.WriteString("message", line.Text);
            for (var i = 0; i < line.Values.Count; i++) Write(output, line.Event.Fields[i].Name, line.Values[i]);
            output.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter output, string name, object? value)
    {
        switch (value)
        {
            case null: output.WriteNull(name); break;
            case bool flag: output.WriteBoolean(name, flag); break;
            case int number: output.WriteNumber(name, number); break;
            case long number: output.WriteNumber(name, number); break;
            case double number when !double.IsFinite(number): output.WriteNull(name); break; // JSON has no NaN
            case double number when name == "seconds": output.WriteNumber(name, Math.Round(number, 3)); break;
            case double number: output.WriteNumber(name, number); break;
            case IEnumerable<KeyValuePair<string, object?>> parts:
                output.WriteStartObject(name);
                foreach (var (part, number) in parts) Write(output, part, number);
                output.WriteEndObject();
                break;
            default: output.WriteString(name, value.ToString()); break;
        }
    }
}

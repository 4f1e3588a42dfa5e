namespace GpuAls.App;

/// <summary>How serious a line of the log is; --quiet leaves out the lines of <see cref="Info"/>.</summary>
internal enum LogLevel
{
    /// <summary>What happened.</summary>
    Info,

    /// <summary>What the user should look at.</summary>
    Warning,

    /// <summary>Why the run failed.</summary>
    Error,
}

/// <summary>
/// An event as the log has it. Names of events and fields are frozen: programs read them. The tables in
/// docs/operations.md are generated from these declarations, which are static fields of the types that use them.
/// </summary>
/// <param name="level">How serious it is, unless a line says otherwise.</param>
/// <param name="name">Its name.</param>
/// <param name="summary">When it is written, for the documentation.</param>
/// <param name="fields">The name of each field and what it is, with its unit.</param>
internal sealed class LogEvent(
    LogLevel level, string name, string summary, params (string Name, string Text)[] fields)
{
    /// <summary>How serious it is, unless a line says otherwise.</summary>
    public LogLevel Level { get; } = level;

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>When it is written.</summary>
    public string Summary { get; } = summary;

    /// <summary>The name of each field and what it is.</summary>
    public IReadOnlyList<(string Name, string Text)> Fields { get; } = fields;

    /// <summary>A line of the log.</summary>
    /// <param name="text">The line for people.</param>
    /// <param name="values">The value of each field, in their order.</param>
    public LogLine Line(string text, params object?[] values)
    {
        if (values.Length != Fields.Count)
            throw new ArgumentException(
                $"event '{Name}' has {Fields.Count} fields, not {values.Length}.", nameof(values));
        return new LogLine(this, Level, text, values);
    }
}

/// <summary>A line of the log.</summary>
/// <param name="Event">What it is about.</param>
/// <param name="Level">How serious it is.</param>
/// <param name="Text">For people.</param>
/// <param name="Values">
/// The value of each field of the event: a number, a text, numbers by name, or null where there is none.
/// </param>
internal sealed record LogLine(LogEvent Event, LogLevel Level, string Text, IReadOnlyList<object?> Values);

using System.Globalization;
using System.Text;

namespace GpuAls.App;

/// <summary>
/// The location of an output with placeholders, which the instant of the run fills: <c>{date}</c> is the day as
/// 2026-11-29 and <c>{time}</c>, after it, the time of day as 161347, both in UTC, so that the names of runs sort in
/// the order of the runs. <c>{{</c> and <c>}}</c> are braces.
/// </summary>
internal sealed class LocationTemplate
{
    private const string Date = "{date}";
    private const string Time = "{time}";
    private const string DateFormat = "yyyy-MM-dd";
    private const string TimeFormat = "HHmmss";

    private static readonly string[] Placeholders = [Date, Time];

    /// <summary>Literal texts and placeholders, in order.</summary>
    private readonly List<(string Text, bool IsPlaceholder)> _parts;

    private LocationTemplate(List<(string Text, bool IsPlaceholder)> parts) => _parts = parts;

    /// <summary>Whether the instant of the run is in it.</summary>
    public bool HasPlaceholders => _parts.Exists(part => part.IsPlaceholder);

    /// <summary>What every location of it begins with.</summary>
    public string Start => _parts is [{ IsPlaceholder: false } first, ..] ? first.Text : "";

    /// <summary>Whether runs of the same day have names of their own.</summary>
    public bool HasTime => _parts.Contains((Time, true));

    /// <summary>Reads a template.</summary>
    /// <param name="text">As the user gave it.</param>
    /// <param name="option">The option it was given for, for messages.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: an unknown placeholder, a brace without its counterpart, or a time without a date.
    /// </exception>
    public static LocationTemplate Parse(string text, string option)
    {
        var parts = new List<(string Text, bool IsPlaceholder)>();
        var literal = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            var character = text[at];
            if (character is not ('{' or '}'))
            {
                literal.Append(character);
            }
            else if (at + 1 < text.Length && text[at + 1] == character)
            {
                literal.Append(character);
                at++;
            }
            else
            {
                var end = character == '{' ? text.IndexOf('}', at) : -1;
                Require.Usage(
                    end > 0,
                    $"{option} '{text}' has a '{character}' without its counterpart. "
                        + "Write {{ and }} for braces in a name.");
                EndLiteral();
                parts.Add((Known(text[at..(end + 1)], text, option), true));
                at = end;
            }
        }

        EndLiteral();
        var (date, time) = (parts.IndexOf((Date, true)), parts.IndexOf((Time, true)));
        Require.Usage(
            time < 0 || (date >= 0 && date < time),
            $"{option} '{text}' has {Time}, the time of day, without {Date} before it, so the names of two days would "
                + $"not sort. Write {Date}-{Time}.");
        return new LocationTemplate(parts);

        void EndLiteral()
        {
            if (literal.Length > 0) parts.Add((literal.ToString(), false));
            literal.Clear();
        }
    }

    /// <summary>A text that was given for an option, after it was found to be a template.</summary>
    /// <exception cref="GpuAlsException">Kind Usage, as <see cref="Parse"/>.</exception>
    public static string Checked(string text, string option)
    {
        Parse(text, option);
        return text;
    }

    /// <summary>A location that is the same for every run; braces have no meaning in it.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it has a placeholder.</exception>
    public static string Fixed(string text, string option)
    {
        var found = Placeholders.FirstOrDefault(text.Contains);
        Require.Usage(
            found is null,
            $"{option} '{text}' has the placeholder {found}, but a later run has to find the same location.");
        return text;
    }

    /// <summary>A text for lists, which may go to a database.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: it is no template, or no database that is known, or would be a folder in one.
    /// </exception>
    public static string CheckedLists(string text, string option)
    {
        if (!Databases.Has(text)) return Checked(text, option);
        Databases.Checked(text);
        var name = text.Split('?')[0];
        Require.Usage(
            !IsFolder(name),
            $"{option} '{name}' ends with a slash, which asks for a folder with a file for each process. A database "
                + "has no folders, and process 0 writes all lists in one transaction. Leave the slash out.");
        return text;

        // Of a server, the slash may be all that there is of the name of the database.
        static bool IsFolder(string name) =>
            name.EndsWith('/') && name.LastIndexOf('/', name.Length - 2) is var before
            && (before < 0 || before != name.IndexOf("//", StringComparison.Ordinal) + 1);
    }

    /// <summary>The lists of a run; a database has no placeholders.</summary>
    public static string? ListsAt(string? text, string option, DateTime instant) =>
        text is null || Databases.Has(text) ? text : Parse(text, option).At(instant);

    /// <summary>The location of a run.</summary>
    /// <param name="instant">When the run began, in UTC.</param>
    public string At(DateTime instant) => string.Concat(_parts.Select(part => part switch
    {
        (Date, true) => instant.ToString(DateFormat, CultureInfo.InvariantCulture),
        (Time, true) => instant.ToString(TimeFormat, CultureInfo.InvariantCulture),
        _ => part.Text,
    }));

    /// <summary>Whether a location is that of some run. Every location of a template has the same length.</summary>
    public bool Matches(string location)
    {
        var sample = At(default);
        if (location.Length != sample.Length || !HasPlaceholders) return location == sample;
        var (date, time) = (Field(Date, DateFormat), HasTime ? Field(Time, TimeFormat) : "000000");
        return DateTime.TryParseExact(
                date + time, DateFormat + TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None,
                out var instant)
            && At(instant) == location;

        string Field(string placeholder, string format)
        {
            var before = _parts.TakeWhile(part => part != (placeholder, true));
            return location.Substring(before.Sum(Length), format.Length);
        }
    }

    /// <summary>The part after the last slash, if only that one has placeholders, and what is before it.</summary>
    /// <returns>Null where a placeholder is in a folder above.</returns>
    public (string Folder, LocationTemplate Name)? Split()
    {
        var trimmed = _parts.ToList();
        if (trimmed is [.., { IsPlaceholder: false } last])
        {
            trimmed[^1] = (last.Text.TrimEnd(Separators), false);
            if (trimmed[^1].Text.Length == 0) trimmed.RemoveAt(trimmed.Count - 1);
        }

        var first = trimmed.FindIndex(part => part.IsPlaceholder);
        if (trimmed.Skip(first + 1).Any(part => !part.IsPlaceholder && part.Text.IndexOfAny(Separators) >= 0))
            return null;
        var head = first > 0 ? trimmed[0].Text : "";
        var name = head.LastIndexOfAny(Separators) + 1;
        var parts = trimmed[Math.Max(0, first)..];
        if (name < head.Length) parts.Insert(0, (head[name..], false));
        return (head[..name], new LocationTemplate(parts));
    }

    private static char[] Separators => OperatingSystem.IsWindows() ? ['/', '\\'] : ['/'];

    private static int Length((string Text, bool IsPlaceholder) part) => part switch
    {
        (Date, true) => DateFormat.Length,
        (Time, true) => TimeFormat.Length,
        _ => part.Text.Length,
    };

    private static string Known(string placeholder, string text, string option)
    {
        Require.Usage(
            Array.IndexOf(Placeholders, placeholder) >= 0,
            $"{option} '{text}' has the placeholder {placeholder}; expected {Words.OneOf(Placeholders)}."
                + $"{Spelling.Suggestion(placeholder, Placeholders)} Write {{{{ and }}}} for braces in a name.");
        return placeholder;
    }
}

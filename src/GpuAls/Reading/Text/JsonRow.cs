using System.Text;
using System.Text.Json;

namespace GpuAls;

/// <summary>Reads the fields of one line after the other.</summary>
internal sealed class JsonRow
{
    public const int User = 0;
    public const int Item = 1;
    public const int Weight = 2;
    public const int Time = 3;
    public const int Event = 4;
    private const int Columns = 5;

    private readonly InteractionSchema _schema;
    private readonly byte[]?[] _names;
    private readonly bool[] _constants;
    private readonly Field[] _fields = new Field[Columns];
    private readonly byte[][] _buffers = [[], [], [], [], []];

    /// <param name="schema">What is read.</param>
    /// <param name="constants">[columns], whether each is not in the lines.</param>
    public JsonRow(InteractionSchema schema, bool[] constants)
    {
        (_schema, _constants) = (schema, constants);
        _names = Array.ConvertAll(NamesOf(schema), name => name is null ? null : Encoding.UTF8.GetBytes(name));
    }

    /// <summary>[columns], the names; null where a column is not read.</summary>
    public static string?[] NamesOf(InteractionSchema schema) =>
        [schema.UserColumn, schema.ItemColumn, schema.WeightColumn, schema.TimeColumn, schema.EventColumn];

    /// <summary>Adds a line to the rows, or says why it cannot be used.</summary>
    /// <param name="line">The line, valid UTF-8.</param>
    /// <param name="number">Its number from 1.</param>
    /// <param name="rows">Receives it.</param>
    public void Read(ReadOnlySpan<byte> line, long number, TextRows rows)
    {
        try
        {
            Array.Clear(_fields);
            var reader = new Utf8JsonReader(line);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                rows.Reject(number, $"found {Found(reader.TokenType)}, expected a JSON object");
                return;
            }

            Span<int> starts = stackalloc int[Columns];
            starts.Clear();
            ReadObject(ref reader, starts);
            while (reader.Read())
            {
                // what comes after the object throws
            }
        }
        catch (JsonException exception)
        {
            rows.Reject(number, Reason(exception));
            return;
        }
        catch (InvalidOperationException)
        {
            rows.Reject(number, "a field name has an invalid Unicode escape");
            return;
        }

        if (Problem() is { } problem) rows.Reject(number, problem);
        else Add(line, number, rows);
    }

    /// <summary>Why a line is not JSON.</summary>
    public static string Reason(JsonException exception)
    {
        var reason = exception.Message.Split(" LineNumber:")[0].TrimEnd('.');
        return $"not valid JSON (byte {exception.BytePositionInLine + 1}): {reason}";
    }

    public static string Article(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "a JSON array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => "true, false or null",
    };

    private static string Found(JsonTokenType type) => type switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => type == JsonTokenType.True ? "true" : "false",
    };

    /// <summary>Reads the fields of an object.</summary>
    /// <param name="reader">At its beginning; at its end afterwards.</param>
    /// <param name="starts">[columns], where the rest of each name begins that is looked for here; -1 for none.</param>
    private void ReadObject(ref Utf8JsonReader reader, scoped ReadOnlySpan<int> starts)
    {
        Span<int> inner = stackalloc int[Columns];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            inner.Fill(-1);
            var (found, isParent) = (0, false);
            for (var column = 0; column < Columns; column++)
            {
                if (_names[column] is not { } name || starts[column] < 0) continue;
                ReadOnlySpan<byte> rest = name.AsSpan(starts[column]);
                if (reader.ValueTextEquals(rest)) found |= 1 << column;
                for (var dot = rest.IndexOf((byte)'.'); dot >= 0; dot = NextDot(rest, dot))
                {
                    if (!reader.ValueTextEquals(rest[..dot])) continue;
                    inner[column] = starts[column] + dot + 1;
                    isParent = true;
                }
            }

            reader.Read();
            for (var column = 0; column < Columns; column++)
                if ((found & (1 << column)) != 0) Store(ref reader, column);
            if (isParent && reader.TokenType == JsonTokenType.StartObject) ReadObject(ref reader, inner);
            else reader.Skip();
        }
    }

    private static int NextDot(ReadOnlySpan<byte> name, int dot)
    {
        var next = name[(dot + 1)..].IndexOf((byte)'.');
        return next < 0 ? -1 : dot + 1 + next;
    }

    private void Store(ref Utf8JsonReader reader, int column)
    {
        var start = (int)reader.TokenStartIndex + (reader.TokenType == JsonTokenType.String ? 1 : 0);
        var field = new Field(reader.TokenType, start, reader.ValueSpan.Length);
        var isCommaNumber = column == Weight && _schema.HasDecimalComma && reader.TokenType == JsonTokenType.Number;
        if (isCommaNumber || (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped))
        {
            ref var buffer = ref _buffers[column];
            if (buffer.Length < reader.ValueSpan.Length) buffer = new byte[reader.ValueSpan.Length];
            field = field with { IsInBuffer = true, Start = 0 };
            if (isCommaNumber) reader.ValueSpan.Replace(buffer, (byte)'.', (byte)',');
            else if (TryUnescape(ref reader, buffer, out var length)) field = field with { Length = length };
            else field = field with { Type = JsonTokenType.None, HasBadEscape = true };
        }

        _fields[column] = field;
    }

    private static bool TryUnescape(ref Utf8JsonReader reader, byte[] buffer, out int length)
    {
        try
        {
            length = reader.CopyString(buffer);
            return true;
        }
        catch (InvalidOperationException)
        {
            length = 0;
            return false;
        }
    }

    private string? Problem() =>
        ProblemOf(_schema.UserColumn, User) ?? ProblemOf(_schema.ItemColumn, Item)
        ?? ProblemOf(_schema.WeightColumn, Weight) ?? ProblemOf(_schema.TimeColumn, Time)
        ?? ProblemOf(_schema.EventColumn, Event);

    private string? ProblemOf(string? name, int column)
    {
        if (name is null || _constants[column]) return null;
        var field = _fields[column];
        var expected = column switch
        {
            Weight => "a number, true or false",
            Time => TimeText.Expected,
            _ => "a string or an integer",
        };
        return (field.Type, column) switch
        {
            _ when field.HasBadEscape => $"column '{name}' has an invalid Unicode escape",
            (JsonTokenType.None or JsonTokenType.Null, _) => $"column '{name}' is null",
            (JsonTokenType.StartObject or JsonTokenType.StartArray, _) or (
                JsonTokenType.True or JsonTokenType.False, not Weight) =>
                $"column '{name}' is {Found(field.Type)}; expected {expected}",
            _ => null,
        };
    }

    private void Add(ReadOnlySpan<byte> line, long number, TextRows rows)
    {
        var user = Text(line, User);
        var item = Text(line, Item);
        if (!IsId(user, User)) rows.Reject(number, NoId(_schema.UserColumn, user));
        else if (!IsId(item, Item)) rows.Reject(number, NoId(_schema.ItemColumn, item));
        else
        {
            rows.UsersAreText |= !_constants[User] && _fields[User].Type == JsonTokenType.String;
            rows.ItemsAreText |= !_constants[Item] && _fields[Item].Type == JsonTokenType.String;
            rows.Add(number, user, item, Text(line, Weight), Text(line, Time), Text(line, Event));
        }
    }

    private ReadOnlySpan<byte> Text(ReadOnlySpan<byte> line, int column)
    {
        var field = _fields[column];
        return field.IsInBuffer ? _buffers[column].AsSpan(0, field.Length) : line.Slice(field.Start, field.Length);
    }

    /// <summary>Numbers are ids if they are integers.</summary>
    private bool IsId(ReadOnlySpan<byte> text, int column)
    {
        if (_fields[column].Type == JsonTokenType.String || _constants[column]) return true;
        var digits = text is [(byte)'-', ..] ? text[1..] : text;
        return !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static string NoId(string name, ReadOnlySpan<byte> text) =>
        $"column '{name}' is {Encoding.UTF8.GetString(text)}; expected a string or an integer";

    private readonly record struct Field(
        JsonTokenType Type, int Start, int Length, bool IsInBuffer = false, bool HasBadEscape = false);
}

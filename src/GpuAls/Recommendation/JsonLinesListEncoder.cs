using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GpuAls;

/// <summary>One list a line; integer ids are numbers, all others strings.</summary>
internal sealed class JsonLinesListEncoder(ListColumns columns) : IListEncoder
{
    /// <summary>Bytes of an item at first guess.</summary>
    private const int ItemBytes = 48;

    private static readonly JsonWriterOptions Options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonEncodedText Score = JsonEncodedText.Encode("score");

    private readonly JsonEncodedText _list = JsonEncodedText.Encode(columns.List);
    private readonly JsonEncodedText _listName = JsonEncodedText.Encode(columns.ListName);
    private readonly JsonEncodedText _items = JsonEncodedText.Encode($"{columns.Listed}s");
    private readonly JsonEncodedText _item = JsonEncodedText.Encode(columns.Listed);
    private readonly JsonEncodedText _itemName = JsonEncodedText.Encode(columns.ListedName);

    public int BlockRows => 1 << 16;

    public ReadOnlyMemory<byte> Start() => default;

    public EncodedLists Encode(ListBlock block)
    {
        var lines = new ArrayBufferWriter<byte>(ItemBytes * block.MaximumRows);
        using var json = new Utf8JsonWriter(lines, Options);
        foreach (var list in block.Lists())
        {
            WriteList(json, list);
            json.Flush();
            json.Reset();
            lines.Write("\n"u8);
        }

        return new EncodedLists(lines.WrittenMemory);
    }

    public void WrittenAt(EncodedLists block, long offset)
    {
        // Nothing in the file depends on it.
    }

    public ReadOnlyMemory<byte> End() => default;

    private void WriteList(Utf8JsonWriter json, in UserList list)
    {
        var items = list.Items.Span;
        var scores = list.Scores.Span;
        json.WriteStartObject();
        WriteId(json, _list, columns.Model.Users, list.User);
        WriteName(json, _listName, columns.ListNames, list.User);
        json.WriteStartArray(_items);
        for (var position = 0; position < items.Length; position++)
        {
            json.WriteStartObject();
            WriteId(json, _item, columns.Model.Items, items[position]);
            json.WriteNumber(Score, scores[position]);
            WriteName(json, _itemName, columns.ListedNames, items[position]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteName(Utf8JsonWriter json, JsonEncodedText field, IdIndex<string>? names, int index)
    {
        if (names?.Ids.Span[index] is { Length: > 0 } name) json.WriteString(field, name);
    }

    private static void WriteId(Utf8JsonWriter json, JsonEncodedText name, IdIndex ids, int index)
    {
        switch (ids)
        {
            case IdIndex<int> integers: json.WriteNumber(name, integers.Ids.Span[index]); break;
            case IdIndex<long> integers: json.WriteNumber(name, integers.Ids.Span[index]); break;
            case IdIndex<ulong> integers: json.WriteNumber(name, integers.Ids.Span[index]); break;
            case IdIndex<string> strings: json.WriteString(name, strings.Ids.Span[index]); break;
            default: json.WriteString(name, ids.Format(index)); break;
        }
    }
}

using System.Buffers;
using System.Globalization;
using System.Text;

namespace GpuAls;

/// <summary>Lists in the long form with a header, quoted as RFC 4180 asks.</summary>
internal sealed class CsvListEncoder(ListColumns columns) : IListEncoder
{
    /// <summary>Bytes of a row at first guess.</summary>
    private const int RowBytes = 48;

    public int BlockRows => 1 << 16;

    public ReadOnlyMemory<byte> Start()
    {
        var names = (columns.ListNames is null ? "" : $",{columns.ListName}")
            + (columns.ListedNames is null ? "" : $",{columns.ListedName}");
        return Encoding.UTF8.GetBytes($"{columns.List},{columns.Listed},rank,score{names}\n");
    }

    public EncodedLists Encode(ListBlock block)
    {
        var (text, user) = (new ArrayBufferWriter<byte>(RowBytes * block.MaximumRows), new ArrayBufferWriter<byte>());
        foreach (var list in block.Lists())
        {
            user.ResetWrittenCount();
            Utf8Ids.WriteField(user, columns.Model.Users, list.User);
            WriteList(text, user.WrittenSpan, list);
        }

        return new EncodedLists(text.WrittenMemory);
    }

    public void WrittenAt(EncodedLists block, long offset)
    {
        // Nothing in the file depends on it.
    }

    public ReadOnlyMemory<byte> End() => default;

    private void WriteList(ArrayBufferWriter<byte> text, ReadOnlySpan<byte> user, in UserList list)
    {
        var items = list.Items.Span;
        var scores = list.Scores.Span;
        for (var position = 0; position < items.Length; position++)
        {
            text.Write(user);
            text.Write(","u8);
            Utf8Ids.WriteField(text, columns.Model.Items, items[position]);
            text.Write(","u8);
            Utf8Ids.WriteValue(text, position + 1);
            text.Write(","u8);
            Utf8Ids.WriteValue(text, scores[position]);
            WriteName(text, columns.ListNames, list.User);
            WriteName(text, columns.ListedNames, items[position]);
            text.Write("\n"u8);
        }
    }

    private static void WriteName(ArrayBufferWriter<byte> text, IdIndex<string>? names, int index)
    {
        if (names is null) return;
        text.Write(","u8);
        Utf8Ids.WriteField(text, names, index);
    }
}

/// <summary>Text in UTF-8, as CSV has it.</summary>
internal static class Utf8Ids
{
    /// <summary>Longer than any number or UUID is.</summary>
    private const int LongestValue = 40;

    /// <summary>Bytes for which a field is quoted.</summary>
    private static readonly SearchValues<byte> Quoted = SearchValues.Create("\",\r\n"u8);

    /// <summary>Appends an id, quoted as RFC 4180 asks.</summary>
    public static void WriteField(ArrayBufferWriter<byte> text, IdIndex ids, int index)
    {
        switch (ids)
        {
            case IdIndex<string> strings: WriteField(text, strings.Ids.Span[index]); break;
            case IdIndex<int> integers: WriteValue(text, integers.Ids.Span[index]); break;
            case IdIndex<long> integers: WriteValue(text, integers.Ids.Span[index]); break;
            case IdIndex<ulong> integers: WriteValue(text, integers.Ids.Span[index]); break;
            case IdIndex<Guid> uuids: WriteValue(text, uuids.Ids.Span[index]); break;
            default: throw new ArgumentOutOfRangeException(nameof(ids));
        }
    }

    /// <summary>Appends a number or a UUID.</summary>
    public static void WriteValue<T>(ArrayBufferWriter<byte> text, T value)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(text.GetSpan(LongestValue), out var length, default, CultureInfo.InvariantCulture);
        text.Advance(length);
    }

    private static void WriteField(ArrayBufferWriter<byte> text, string field)
    {
        var bytes = text.GetSpan(Encoding.UTF8.GetMaxByteCount(field.Length));
        var length = Encoding.UTF8.GetBytes(field, bytes);
        if (!bytes[..length].ContainsAny(Quoted)) text.Advance(length);
        else text.Write(Encoding.UTF8.GetBytes($"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
    }
}

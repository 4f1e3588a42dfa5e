using System.Buffers;
using System.Globalization;
using System.Text;

namespace GpuAls;

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

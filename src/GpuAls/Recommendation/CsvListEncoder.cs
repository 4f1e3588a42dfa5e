using System.Buffers;

namespace GpuAls;

/// <summary>Lists in the long form with a header, quoted as RFC 4180 asks.</summary>
internal sealed class CsvListEncoder(FactorModel model) : IListEncoder
{
    /// <summary>Bytes of a row at first guess.</summary>
    private const int RowBytes = 48;

    public int BlockRows => 1 << 16;

    public ReadOnlyMemory<byte> Start() => "user,item,rank,score\n"u8.ToArray();

    public EncodedLists Encode(ListBlock block)
    {
        var (text, user) = (new ArrayBufferWriter<byte>(RowBytes * block.MaximumRows), new ArrayBufferWriter<byte>());
        foreach (var list in block.Lists())
        {
            user.ResetWrittenCount();
            Utf8Ids.WriteField(user, model.Users, list.User);
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
            Utf8Ids.WriteField(text, model.Items, items[position]);
            text.Write(","u8);
            Utf8Ids.WriteValue(text, position + 1);
            text.Write(","u8);
            Utf8Ids.WriteValue(text, scores[position]);
            text.Write("\n"u8);
        }
    }
}

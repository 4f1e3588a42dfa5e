using System.Text;
using System.Text.Unicode;

namespace GpuAls;

/// <summary>Text, stored as BYTE_ARRAY, which may hold any bytes.</summary>
internal sealed class ParquetTexts() : ParquetIdValues(0, IdType.Text)
{
    private bool _hasEmpty;

    /// <summary>Each text is looked at once, all together where they and the lengths between them are ASCII.</summary>
    public override bool MayHaveProblems => _hasEmpty || !(Ascii.IsValid(Ids.AllBytes) || AreUtf8());

    public override void Add(ReadOnlySpan<byte> plain, int count)
    {
        var first = Count;
        Ids.AddPlainText(plain, count);
        for (var place = first; place < Count && !_hasEmpty; place++) _hasEmpty = Ids[place].IsEmpty;
    }

    /// <summary>Adds the bytes of one text.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Ids.AddText(text.Length));
        _hasEmpty |= text.IsEmpty;
    }

    public override string? Problem(int place)
    {
        var bytes = Ids[place];
        if (bytes.IsEmpty) return "is empty";
        return Utf8.IsValid(bytes) ? null : $"has {bytes.Length} bytes that are no UTF-8 text. Cast ids to UTF-8 strings, 16-byte UUIDs to FIXED_LEN_BYTE_ARRAY(16)";
    }

    private bool AreUtf8()
    {
        for (var place = 0; place < Count; place++)
            if (!Utf8.IsValid(Ids[place])) return false;
        return true;
    }
}

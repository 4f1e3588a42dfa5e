using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Physical = Parquet.Meta.Type;

namespace GpuAls;

/// <summary>The ids of a column chunk.</summary>
internal abstract class ParquetIdValues(int width, IdType type) : ParquetValues
{
    public const string Expected = "ids are strings, integers or UUIDs (16 bytes)";

    public IdValues Ids { get; } = new(width);

    public virtual IdType Type => type;

    /// <summary>Whether any of the ids is a negative integer.</summary>
    public virtual bool HasNegative => false;

    public override int Count => Ids.Count;

    /// <summary>For the ids of a column; null if its type is not one of ids.</summary>
    public static ParquetIdValues? For(ParquetField field) => (field.Type, field.Meaning) switch
    {
        (
            Physical.BYTE_ARRAY,
            ParquetMeaning.None or ParquetMeaning.Text or ParquetMeaning.Enum
                or ParquetMeaning.Json or ParquetMeaning.Bson) =>
            new ParquetTexts(),
        (
            Physical.FIXED_LEN_BYTE_ARRAY,
            ParquetMeaning.None or ParquetMeaning.Uuid) when field.TypeLength == IdValues.UuidBytes =>
            new ParquetUuids(),

        // Narrow integers are not cut to their width: what is too wide for it would become another id.
        (Physical.INT32, ParquetMeaning.None or ParquetMeaning.Int8 or ParquetMeaning.Int16 or ParquetMeaning.Int32) or
            (
                Physical.INT32,
                ParquetMeaning.UInt8 or ParquetMeaning.UInt16) => new ParquetIntegers<int, int>(IdType.Integer32),
        (Physical.INT32, ParquetMeaning.UInt32) => new ParquetIntegers<int, uint>(IdType.Integer64),
        (
            Physical.INT64,
            ParquetMeaning.None or ParquetMeaning.Int64) => new ParquetIntegers<long, long>(IdType.Integer64),
        (Physical.INT64, ParquetMeaning.UInt64) => new ParquetIntegers<long, ulong>(IdType.Integer64),
        _ => null,
    };

    public override void Dispose() => Ids.Dispose();
}

/// <summary>UUIDs, stored as FIXED_LEN_BYTE_ARRAY(16).</summary>
internal sealed class ParquetUuids() : ParquetIdValues(IdValues.UuidBytes, IdType.Uuid)
{
    public override void Add(ReadOnlySpan<byte> plain, int count) =>
        MemoryMarshal.AsBytes(Take<UInt128>(plain, count)).CopyTo(Ids.AddFixed(count));
}

/// <summary>Integer ids.</summary>
/// <typeparam name="TStored">int or long, as in the file.</typeparam>
/// <typeparam name="T">What the schema makes of it.</typeparam>
internal sealed class ParquetIntegers<TStored, T>(IdType type) : ParquetIdValues(IdValues.IntegerBytes, type)
    where TStored : unmanaged, INumber<TStored>
    where T : unmanaged, INumber<T>
{
    private long _least;

    /// <summary>Unsigned integers of 2⁶³ and above are negative as they are held.</summary>
    public override IdType Type => typeof(T) == typeof(ulong) && _least < 0 ? IdType.UnsignedInteger64 : base.Type;

    public override bool HasNegative => typeof(T) != typeof(ulong) && _least < 0;

    public override void Add(ReadOnlySpan<byte> plain, int count)
    {
        var values = Take<TStored>(plain, count);
        var ids = Ids.AddFixed(count);
        var least = _least;
        for (var i = 0; i < count; i++)
        {
            var value = long.CreateTruncating(T.CreateTruncating(values[i]));
            least = Math.Min(least, value);
            IdValues.WriteInteger(ids[(i * IdValues.IntegerBytes)..], value);
        }

        _least = least;
    }
}

/// <summary>Text, stored as BYTE_ARRAY, which may hold any bytes.</summary>
internal sealed class ParquetTexts() : ParquetIdValues(0, IdType.Text)
{
    private bool _hasEmpty;

    /// <summary>Each text is looked at once; all together if they and the lengths between them are ASCII.</summary>
    public override bool MayHaveProblems => _hasEmpty || !AreUtf8;

    /// <summary>Whether all texts are valid UTF-8.</summary>
    public bool AreUtf8
    {
        get
        {
            if (Ascii.IsValid(Ids.AllBytes)) return true;
            for (var index = 0; index < Count; index++)
                if (!Utf8.IsValid(Ids[index])) return false;
            return true;
        }
    }

    public override void Add(ReadOnlySpan<byte> plain, int count)
    {
        var first = Count;
        Ids.AddPlainText(plain, count);
        for (var index = first; index < Count && !_hasEmpty; index++) _hasEmpty = Ids[index].IsEmpty;
    }

    public override string? Problem(int index)
    {
        var bytes = Ids[index];
        if (bytes.IsEmpty) return "is empty";
        return Utf8.IsValid(bytes)
            ? null
            : $"has {Counted.Of(bytes.Length, "byte that is", "bytes that are")} not valid UTF-8. "
                + "Cast ids to UTF-8 strings, 16-byte UUIDs to FIXED_LEN_BYTE_ARRAY(16)";
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace GpuAls;

/// <summary>A data page of places in a dictionary, in Parquet's hybrid of runs and packed bits.</summary>
internal sealed class CodePage
{
    private readonly ArrayBufferWriter<byte> _bytes;
    private readonly int _width;
    private ulong _open;
    private int _openBits;

    /// <param name="codeCount">The codes are below this.</param>
    /// <param name="capacity">Bytes at first guess.</param>
    private CodePage(int codeCount, int capacity)
    {
        _width = Math.Max(1, BitOperations.Log2((uint)Math.Max(1, codeCount - 1)) + 1);
        _bytes = new ArrayBufferWriter<byte>(capacity);
        _bytes.Write([(byte)_width]);
    }

    /// <summary>A page of runs.</summary>
    public static CodePage OfRuns(int codeCount, int runs) => new(codeCount, 16 + (runs * (sizeof(int) + 2)));

    /// <summary>A page of single codes, all in one stretch of packed bits.</summary>
    public static CodePage OfSingles(int codeCount, int count)
    {
        var page = new CodePage(codeCount, 16 + (int)(((long)count * sizeof(int)) + sizeof(ulong)));
        CompactThrift.Varint(page._bytes, ((ulong)(count + 7) / 8 << 1) | 1);
        return page;
    }

    /// <summary>Adds a code a number of times.</summary>
    public void AddRun(int code, int length)
    {
        CompactThrift.Varint(_bytes, (ulong)length << 1);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.GetSpan(sizeof(int)), code);
        _bytes.Advance((_width + 7) / 8);
    }

    /// <summary>Adds a code.</summary>
    public void Add(int code)
    {
        _open |= (ulong)code << _openBits;
        _openBits += _width;
        if (_openBits < 64) return;
        Flush(sizeof(ulong));
        _openBits -= 64;
        _open = (ulong)code >> (_width - _openBits);
    }

    /// <summary>The page. Packed bits end with zeros up to a multiple of 8 codes, as the format has it.</summary>
    /// <param name="count">Number of single codes in it.</param>
    public ReadOnlySpan<byte> Finish(int count)
    {
        for (var filler = count; filler % 8 != 0; filler++) Add(0);
        Flush((_openBits + 7) / 8);
        return _bytes.WrittenSpan;
    }

    private void Flush(int length)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.GetSpan(sizeof(ulong)), _open);
        _bytes.Advance(length);
    }
}

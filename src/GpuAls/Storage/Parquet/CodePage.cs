using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace GpuAls;

/// <summary>A data page of dictionary indices (codes) in Parquet's RLE/bit-packing hybrid encoding.</summary>
internal sealed class CodePage
{
    private const int HeaderBytes = 16; // more than the bit width and the length of a run take

    private readonly ArrayBufferWriter<byte> _bytes;
    private readonly int _width;
    private ulong _open;
    private int _openBits;

    /// <param name="codeCount">All codes are below this.</param>
    /// <param name="capacity">Initial capacity in bytes.</param>
    private CodePage(int codeCount, int capacity)
    {
        _width = Math.Max(1, BitOperations.Log2((uint)Math.Max(1, codeCount - 1)) + 1);
        _bytes = new ArrayBufferWriter<byte>(capacity);
        _bytes.Write([(byte)_width]);
    }

    /// <summary>Begins a page of runs of equal codes.</summary>
    public static CodePage OfRuns(int codeCount, int runs) => new(codeCount, HeaderBytes + (runs * (sizeof(int) + 2)));

    /// <summary>Begins a page of single codes, in one bit-packed run.</summary>
    public static CodePage OfSingles(int codeCount, int count)
    {
        var page = new CodePage(codeCount, HeaderBytes + (int)(((long)count * sizeof(int)) + sizeof(ulong)));
        ThriftWriter.Varint(page._bytes, ((ulong)(count + 7) / 8 << 1) | 1);
        return page;
    }

    /// <summary>Adds a code several times.</summary>
    public void AddRun(int code, int length)
    {
        ThriftWriter.Varint(_bytes, (ulong)length << 1);
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

    /// <summary>
    /// Ends the page. Bit-packed codes are padded with zeros to a multiple of 8, as the format requires.
    /// </summary>
    /// <param name="count">Number of single codes added.</param>
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

using System.Buffers.Binary;

namespace GpuAls.Connectors.Postgres;

/// <summary>
/// The rows of COPY … TO STDOUT (FORMAT BINARY), cut into pieces that end with a row: where a piece ends depends on
/// the rows only, not on the network.
/// </summary>
/// <param name="stream">What the server sends.</param>
internal sealed class CopyRows(Stream stream) : IDisposable
{
    private const int MostRows = 1 << 15;
    private const int MostBytes = 1 << 22;
    private const int FirstBytes = 1 << 20;
    private const int ReadBytes = 1 << 16;
    private const int SignatureBytes = 11;
    private const int FlagBytes = 4;
    private const int EndMark = -1;

    private byte[] _bytes = [];
    private int _filled;
    private bool _isEnded;
    private long _rows;

    /// <summary>The next rows.</summary>
    /// <returns>Null behind the last.</returns>
    public async ValueTask<CopyPiece?> NextAsync(CancellationToken cancellation)
    {
        if (_rows == 0 && _filled == 0 && !_isEnded) await SkipHeaderAsync(cancellation).ConfigureAwait(false);
        var (end, rows) = (0, 0);
        while (!_isEnded && rows < MostRows && end < MostBytes)
        {
            if (TryFindEnd(end, out var next)) (end, rows) = (next, rows + 1);
            else if (!_isEnded) await FillAsync(cancellation).ConfigureAwait(false);
        }

        if (rows == 0) return null;
        var piece = new CopyPiece(_bytes, end, rows, _rows);
        var left = _bytes.AsSpan(end, _filled - end);
        var fresh = Array.Empty<byte>();
        Rented.Grow(ref fresh, 0, Math.Max(FirstBytes, left.Length + ReadBytes));
        left.CopyTo(fresh);
        (_bytes, _filled, _rows) = (fresh, left.Length, _rows + rows);
        return piece;
    }

    public void Dispose() => Rented.Return(ref _bytes);

    private async ValueTask SkipHeaderAsync(CancellationToken cancellation)
    {
        const int fixedBytes = SignatureBytes + (2 * FlagBytes);
        while (_filled < fixedBytes) await FillAsync(cancellation).ConfigureAwait(false);
        var length = fixedBytes + BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(SignatureBytes + FlagBytes));
        while (_filled < length) await FillAsync(cancellation).ConfigureAwait(false);
        _bytes.AsSpan(length, _filled - length).CopyTo(_bytes);
        _filled -= length;
    }

    /// <summary>Looks for the end of a row.</summary>
    /// <returns>False where it has not come yet, or no row is left.</returns>
    private bool TryFindEnd(int start, out int end)
    {
        end = start + sizeof(short);
        if (end > _filled) return false;
        var fields = BinaryPrimitives.ReadInt16BigEndian(_bytes.AsSpan(start));
        _isEnded = fields == EndMark;
        for (var field = 0; field < fields; field++)
        {
            if (end + sizeof(int) > _filled) return false;
            var length = BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(end));
            end += sizeof(int) + Math.Max(0, length);
        }

        return !_isEnded && end <= _filled;
    }

    private async ValueTask FillAsync(CancellationToken cancellation)
    {
        Rented.Grow(ref _bytes, _filled, _bytes.Length == 0 ? FirstBytes : ReadBytes);
        var room = _bytes.AsMemory(_filled, Math.Min(ReadBytes, _bytes.Length - _filled));
        var read = await stream.ReadAsync(room, cancellation).ConfigureAwait(false);
        if (read == 0) throw new EndOfStreamException("the server ended the rows too early");
        _filled += read;
    }
}

/// <summary>Some rows as they came.</summary>
/// <param name="bytes">Rented memory.</param>
/// <param name="length">How much of it the rows are.</param>
/// <param name="rows">Number of rows.</param>
/// <param name="firstRow">Number of rows before.</param>
internal sealed class CopyPiece(byte[] bytes, int length, int rows, long firstRow) : IDisposable
{
    private byte[] _bytes = bytes;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, length);

    public int Rows => rows;

    public long FirstRow => firstRow;

    public void Dispose() => Rented.Return(ref _bytes);
}

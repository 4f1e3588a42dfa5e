namespace GpuAls;

/// <summary>
/// Bounds what a compressed file expands to, so that a small one cannot keep a run busy without end or fill its
/// memory. Several threads may add to it.
/// </summary>
/// <param name="path">The file, as messages show it.</param>
/// <param name="fileBytes">Its size.</param>
/// <param name="given">The limit in bytes; null for the usual one.</param>
internal sealed class ExpansionLimit(string path, long fileBytes, long? given)
{
    /// <summary>The usual limit is this many times the size of the file.</summary>
    public const int UsualRatio = 200;

    /// <summary>The usual limit is at least this.</summary>
    public const long UsualMinimum = 1L << 30;

    private readonly long _limit = given ?? Math.Max(UsualMinimum, fileBytes * UsualRatio);

    private long _expanded;

    /// <summary>Counts bytes that came out, or are about to.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: the limit is exceeded.</exception>
    public void Add(long bytes)
    {
        var expanded = Interlocked.Add(ref _expanded, bytes);
        if (expanded <= _limit) return;
        var usual = given is null ? $", the default for a file of {Counted.Of(fileBytes, "byte")}" : "";
        throw new GpuAlsException(
            FailureKind.BadInput,
            $"{path} expands to at least {Counted.Of(expanded, "byte")}; the limit is {Counted.Of(_limit, "byte")}"
                + $"{usual}. It may be damaged or a decompression bomb. If you trust it, allow more with "
                + "--max-expanded SIZE.");
    }
}

/// <summary>The bytes of a decompressor, held to a limit.</summary>
/// <param name="stream">The decompressor; disposed with this.</param>
/// <param name="limit">What it may expand to.</param>
internal sealed class LimitedStream(Stream stream, ExpansionLimit limit) : ForwardStream
{
    /// <exception cref="GpuAlsException">Kind BadInput: the limit is exceeded.</exception>
    public override int Read(Span<byte> buffer)
    {
        var read = stream.Read(buffer);
        limit.Add(read);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) stream.Dispose();
        base.Dispose(disposing);
    }
}

using System.Security.Cryptography;

namespace GpuAls;

/// <summary>
/// An output whose files are hashed while they are written, so that none is read back for its checksum.
/// </summary>
internal sealed class ChecksummedOutput(IOutput output) : IOutput
{
    private readonly Dictionary<string, string> _checksums = [];

    /// <inheritdoc/>
    public string Name => output.Name;

    /// <summary>SHA-256 of a file that is complete, in lower-case hexadecimal.</summary>
    public string Sha256(string file) => _checksums[file];

    /// <inheritdoc/>
    public string NameOf(string file) => output.NameOf(file);

    /// <inheritdoc/>
    public async ValueTask<Stream> CreateAsync(string file, CancellationToken cancellation)
    {
        var stream = await output.CreateAsync(file, cancellation).ConfigureAwait(false);
        return new HashingStream(stream, checksum => _checksums[file] = checksum);
    }

    /// <inheritdoc/>
    public ValueTask<string?> CommitAsync(CancellationToken cancellation) => output.CommitAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => output.DisposeAsync();

    private sealed class HashingStream(Stream inner, Action<string> closed) : WriteOnlyStream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private bool _isClosed;

        public override void Flush() => inner.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync().ConfigureAwait(false);
            Finish();
            await base.DisposeAsync().ConfigureAwait(false);
        }

        protected override void Put(ReadOnlySpan<byte> bytes)
        {
            _hash.AppendData(bytes);
            inner.Write(bytes);
        }

        protected override async ValueTask PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
        {
            var written = inner.WriteAsync(bytes, cancellation);
            _hash.AppendData(bytes.Span);
            await written.ConfigureAwait(false);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
                Finish();
            }

            base.Dispose(disposing);
        }

        private void Finish()
        {
            if (_isClosed) return;
            _isClosed = true;
            closed(Convert.ToHexStringLower(_hash.GetHashAndReset()));
            _hash.Dispose();
        }
    }
}

/// <summary>A stream that is hashed while it is read.</summary>
internal sealed class HashedStream(Stream inner) : ForwardStream
{
    private const int ChunkBytes = 1 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Whether a read failed: then there is no checksum of all.</summary>
    public bool HasFailed { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        HasFailed = true;
        var count = inner.Read(buffer);
        HasFailed = false;
        _hash.AppendData(buffer[..count]);
        return count;
    }

    /// <summary>SHA-256 of what was read and of the rest, in lower-case hexadecimal.</summary>
    public string Sha256OfAll(CancellationToken cancellation)
    {
        using var rest = new RentedArray<byte>(ChunkBytes);
        while (Read(rest.Span) > 0) cancellation.ThrowIfCancellationRequested();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}

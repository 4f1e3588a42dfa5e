namespace GpuAls;

/// <summary>
/// An output whose files are hashed while they are written, so that none is read back for its checksum.
/// </summary>
internal sealed class ChecksummedOutput(IOutput output) : IOutput
{
    private readonly Dictionary<string, FileChecksums> _checksums = [];

    /// <inheritdoc/>
    public string Name => output.Name;

    /// <summary>The checksums of a file that is complete.</summary>
    public FileChecksums Of(string file) => _checksums[file];

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

    private sealed class HashingStream(Stream inner, Action<FileChecksums> closed) : WriteOnlyStream
    {
        private readonly FileHash _hash = new(FileHashes.Both);
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
            _hash.Append(bytes);
            inner.Write(bytes);
        }

        protected override async ValueTask PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
        {
            var written = inner.WriteAsync(bytes, cancellation);
            _hash.Append(bytes.Span);
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
            closed(_hash.Finish());
            _hash.Dispose();
        }
    }
}

namespace GpuAls.Tests.Storage;

/// <summary>A step at which an output can fail.</summary>
internal enum OutputStep
{
    Create,
    Write,
    Close,
    Commit,
}

/// <summary>An output in memory, as an object store would be one, that fails at a step if it is to.</summary>
/// <param name="failing">The step; null never fails.</param>
/// <param name="failingFile">Of which file, from 0 in the order of their creation.</param>
internal sealed class MemoryOutput(OutputStep? failing = null, int failingFile = 0) : IOutput
{
    private readonly Dictionary<string, MemoryStream> _files = [];
    private int _created = -1;
    private int _open;

    /// <summary>What others see.</summary>
    public Dictionary<string, byte[]> Published { get; } = [];

    /// <summary>Files that were created, replaced ones too.</summary>
    public int Created => _created + 1;

    public bool IsDisposed { get; private set; }

    public string Name => "memory:out";

    public string NameOf(string file) => $"memory:out/{file}";

    public ValueTask<Stream> CreateAsync(string file, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _created++;
        FailAt(OutputStep.Create, _created, file);
        _open++;
        return new ValueTask<Stream>(new MemoryFile(this, _created, file, _files[file] = new MemoryStream()));
    }

    public ValueTask<string?> CommitAsync(CancellationToken cancellation)
    {
        Assert.That(_open, Is.Zero, "streams are closed before the commit");
        FailAt(OutputStep.Commit, failingFile, "");
        foreach (var (file, bytes) in _files) Published.Add(file, bytes.ToArray());
        return new ValueTask<string?>(result: null);
    }

    public ValueTask DisposeAsync()
    {
        Assert.That(_open, Is.Zero, "streams are closed before the output is disposed of");
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private void FailAt(OutputStep step, int created, string file)
    {
        if (step == failing && created == failingFile)
            throw new GpuAlsException(
                FailureKind.Output, $"cannot write '{NameOf(file)}': {step} is refused. Choose another location.");
    }

    private sealed class MemoryFile(MemoryOutput output, int created, string file, MemoryStream bytes) : WriteOnlyStream
    {
        private bool _isClosed;

        public override void Flush()
        {
        }

        protected override void Put(ReadOnlySpan<byte> part)
        {
            output.FailAt(OutputStep.Write, created, file);
            bytes.Write(part);
        }

        protected override async ValueTask PutAsync(ReadOnlyMemory<byte> part, CancellationToken cancellation)
        {
            await Task.Yield();
            Put(part.Span);
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (_isClosed) return;
            _isClosed = true;
            output._open--;
            output.FailAt(OutputStep.Close, created, file);
        }
    }
}

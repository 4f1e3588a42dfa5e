using System.CommandLine;
using GpuAls.App;

namespace GpuAls.Cli.Options;

/// <summary>Where to compute, and how much of the device's memory to take.</summary>
internal sealed class DeviceOptionSet
{
    private readonly Option<string> _device = new("--device")
    {
        Description = "Where to compute: auto, cpu, cuda[:N], opencl[:N] or emulated. auto takes CUDA, else a GPU through OpenCL, else the CPU.",
        HelpName = "device",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<string?> _memory = new("--device-memory")
    {
        Description = "The most memory to take of the device: 500MB or 2GB (decimal), 512MiB or 1.5GiB (binary), or bytes. Plays that do not fit stream through; "
            + "results stay the same. Default: what is free.",
        HelpName = "size",
    };

    public void AddTo(Command command)
    {
        command.Add(_device);
        command.Add(_memory);
    }

    /// <exception cref="GpuAlsException">Kind Usage: a value that is none.</exception>
    public DeviceRequest Read(ParseResult result)
    {
        var request = DeviceRequest.Parse(result.GetRequiredValue(_device));
        return result.GetValue(_memory) is { } size ? request with { MemoryBytes = ByteSize.Parse(size, _memory.Name) } : request;
    }

    /// <summary>The device for a training.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: a value that is none.</exception>
    public DeviceRequest Read(ParseResult result, AlsOptions options) =>
        Read(result) with { WhyProcessor = options.Nonnegative ? "--nonnegative is solved on the processor" : null };

    /// <summary>Makes the engine, and says which it is.</summary>
    public static IAlsEngine Open(DeviceRequest request, IProgress<JobEvent> progress)
    {
        var engine = EngineFactory.Create(request, out var reason, new StreamedRelay(progress));
        progress.Report(new EngineChosen(engine.Description, reason));
        return engine;
    }

    private sealed class StreamedRelay(IProgress<JobEvent> progress) : IProgress<PlaysStreamed>
    {
        public void Report(PlaysStreamed value) => progress.Report(new PlaysStreaming(value));
    }
}

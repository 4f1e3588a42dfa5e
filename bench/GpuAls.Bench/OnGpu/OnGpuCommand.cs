using System.CommandLine;

namespace GpuAls.Bench.OnGpu;

/// <summary>bench on-gpu: everything that only a real GPU can show, in one JSON file.</summary>
internal static class OnGpuCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--output")
        {
            Description = "the JSON file to write",
            DefaultValueFactory = _ => "results.json",
            HelpName = "FILE",
        };
        var device = new Option<string>("--device")
        {
            Description = "cuda, cuda:N, opencl, opencl:N or emulated",
            DefaultValueFactory = _ => "cuda",
            HelpName = "DEVICE",
        };
        var quick = new Option<bool>("--quick")
        {
            Description = "small input: checks that everything works; the times are meaningless",
        };
        var only = new Option<string[]>("--only")
        {
            Description = "only steps whose name contains this text, such as 'timing: row solve' "
                + "or 'training: ML-20M, rank 64'; may be repeated",
            HelpName = "TEXT",
        };
        var overwrite = new Option<bool>("--overwrite") { Description = "replace an existing file" };
        var command = new Command(
            "on-gpu",
            "Verifies every kernel on a GPU against the CPU, times each, trains on two data sets, writes a JSON file.")
        {
            output,
            device,
            quick,
            only,
            overwrite,
        };
        command.SetAction(result => Run(
            Plan(result.GetValue(quick), result.GetValue(only)!),
            result.GetValue(device)!, result.GetValue(output)!, result.GetValue(overwrite),
            Console.Out, Console.Error));
        return command;
    }

    /// <summary>Runs a plan.</summary>
    /// <returns>
    /// 0 if everything passed; 1 if something did not, which the file records; otherwise the exit code of the failure,
    /// and no file is written.
    /// </returns>
    internal static int Run(
        OnGpuPlan plan, string device, string output, bool overwrite, TextWriter results, TextWriter progress)
    {
        try
        {
            using var engine = EngineFactory.CreateTimed(Request(device));
            using var host = EngineFactory.Create(new DeviceRequest(DeviceKind.Cpu), out _);
            using var file = new ResultFile(output, overwrite);
            var report = new OnGpuRun(plan, engine, host, progress).Run();
            file.Write(path => OnGpuJson.Write(report, path));
            OnGpuTables.Print(report, results);
            return report.Passed ? 0 : (int)FailureKind.Internal;
        }
        catch (GpuAlsException failure)
        {
            progress.WriteLine($"error: {failure.Message}");
            if (failure.Kind == FailureKind.Device)
                progress.WriteLine("on-gpu needs a GPU; run nvidia-smi to see whether the driver detects one.");
            return (int)failure.Kind;
        }
    }

    private static OnGpuPlan Plan(bool quick, string[] only)
    {
        var plan = quick ? OnGpuPlan.Quick : OnGpuPlan.Full;
        return only.Length == 0 ? plan : plan.Only(only);
    }

    private static DeviceRequest Request(string text)
    {
        var request = DeviceRequest.Parse(text);
        Require.Usage(
            request.Kind is not (DeviceKind.Auto or DeviceKind.Cpu),
            $"--device is '{text}'; expected a device to compare with the CPU: "
            + "cuda, cuda:N, opencl, opencl:N or emulated.");
        return request;
    }
}

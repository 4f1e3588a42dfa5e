using System.CommandLine;

namespace GpuAls.Bench.OnGpu;

/// <summary>bench on-gpu: everything that only a real GPU can tell, in one JSON file.</summary>
internal static class OnGpuCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--output") { Description = "the JSON file", DefaultValueFactory = _ => "results.json", HelpName = "FILE" };
        var device = new Option<string>("--device") { Description = "cuda, cuda:N, opencl, opencl:N or emulated", DefaultValueFactory = _ => "cuda", HelpName = "DEVICE" };
        var quick = new Option<bool>("--quick") { Description = "small input: shows that everything works; its times say nothing" };
        var only = new Option<string[]>("--only") { Description = "only what has this text in its name, such as 'timing: row solve' or 'training: ML-20M, rank 64'; may be repeated", HelpName = "TEXT" };
        var overwrite = new Option<bool>("--overwrite") { Description = "replace an existing file" };
        var command = new Command("on-gpu", "Checks every kernel on a GPU against the processor, times each, trains two data sets, and writes a JSON file.") { output, device, quick, only, overwrite };
        command.SetAction(result => Run(
            Plan(result.GetValue(quick), result.GetValue(only)!), result.GetValue(device)!, result.GetValue(output)!, result.GetValue(overwrite), Console.Out, Console.Error));
        return command;
    }

    /// <summary>Runs a plan.</summary>
    /// <returns>0; 1 where something did not pass, which the file says; else the code of the failure's kind, and there is no file.</returns>
    internal static int Run(OnGpuPlan plan, string device, string output, bool overwrite, TextWriter results, TextWriter progress)
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
            if (failure.Kind == FailureKind.Device) progress.WriteLine("on-gpu measures a GPU, not the processor; nvidia-smi shows whether the driver sees one.");
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
        Require.Usage(request.Kind is not (DeviceKind.Auto or DeviceKind.Cpu), $"--device is '{text}'; expected a device that is checked against the processor: cuda, cuda:N, opencl, opencl:N or emulated.");
        return request;
    }
}

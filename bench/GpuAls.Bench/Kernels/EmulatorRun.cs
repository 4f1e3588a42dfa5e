using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace GpuAls.Bench.Kernels;

/// <summary>What the CUDA emulator counted of one kernel.</summary>
/// <param name="WarpInstructions">PTX instructions executed, a warp at a time.</param>
/// <param name="Fmas">Fused multiplications and additions among them.</param>
/// <param name="Moves">Moves, conversions and comparisons among them, most of which an assembler removes.</param>
/// <param name="GlobalBytes">Bytes of global memory asked for.</param>
/// <param name="SharedRequests">Accesses of a warp to shared memory.</param>
/// <param name="SharedWavefronts">Turns in which shared memory served them.</param>
public sealed record EmulatorCounts(long WarpInstructions, long Fmas, long Moves, long GlobalBytes, long SharedRequests, long SharedWavefronts);

/// <summary>Runs a case of this program in a process of its own, since the emulator writes its counts when a process ends.</summary>
public static class EmulatorRun
{
    /// <summary>Counts of the kernels of a run, by the name the emulator gives them.</summary>
    /// <param name="arguments">The command line of the case.</param>
    /// <exception cref="InvalidOperationException">The case failed, or no emulator counted it.</exception>
    public static IReadOnlyDictionary<string, EmulatorCounts> Count(params string[] arguments)
    {
        var file = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardError = true };
            if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
            foreach (var argument in arguments) start.ArgumentList.Add(argument);
            start.Environment["CUDASIM_STATS"] = file;
            start.Environment["CUDASIM_FMAD"] = "1";
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException(errors.Trim());
            return Parse(File.ReadAllText(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Dictionary<string, EmulatorCounts> Parse(string json)
    {
        if (json.Length == 0) throw new InvalidOperationException("nothing was counted: libcuda.so is no emulator.");
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("kernels").EnumerateObject().ToDictionary(kernel => kernel.Name, kernel => new EmulatorCounts(
            kernel.Value.GetProperty("warp_instructions").GetInt64(),
            kernel.Value.GetProperty("by_class").GetProperty("fma32").GetInt64(),
            kernel.Value.GetProperty("by_class").GetProperty("other").GetInt64(),
            kernel.Value.GetProperty("global_bytes").GetInt64(),
            kernel.Value.GetProperty("shared_requests").GetInt64(),
            kernel.Value.GetProperty("shared_wavefronts").GetInt64()));
    }
}

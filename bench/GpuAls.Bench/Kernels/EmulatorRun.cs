using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace GpuAls.Bench.Kernels;

/// <summary>The CUDA emulator's counts for a kernel.</summary>
/// <param name="WarpInstructions">PTX instructions executed, counted per warp.</param>
/// <param name="Fmas">FMAs among them.</param>
/// <param name="Moves">Moves, conversions and comparisons among them, most of which the assembler removes.</param>
/// <param name="GlobalBytes">Bytes of global memory accessed.</param>
/// <param name="SharedRequests">Shared-memory accesses, counted per warp.</param>
/// <param name="SharedWavefronts">Wavefronts needed to serve them.</param>
/// <param name="Barriers">Arrivals at a barrier of the group, counted per warp.</param>
/// <param name="Launches">Launches.</param>
/// <param name="Groups">Groups of all launches.</param>
/// <param name="Threads">Threads of all groups.</param>
/// <param name="CriticalCycles">
/// Cycles from the first instruction of a group to its last one if nothing else ran on the multiprocessor, summed over
/// groups; 0 from an emulator without bench/Emulator's patch.
/// </param>
public sealed record EmulatorCounts(
    long WarpInstructions, long Fmas, long Moves, long GlobalBytes, long SharedRequests, long SharedWavefronts,
    long Barriers, long Launches, long Groups, long Threads, long CriticalCycles)
{
    /// <summary>Instructions without moves, which are roughly those of the machine code, as nvdisasm shows.</summary>
    public long Issued => WarpInstructions - Moves;
}

/// <summary>Runs a case in a child process, because the emulator writes its counts when the process exits.</summary>
public static class EmulatorRun
{
    /// <summary>Counts of the kernels of a run, by kernel name.</summary>
    /// <param name="arguments">The command line of the case.</param>
    /// <exception cref="InvalidOperationException">The case failed, or libcuda.so is not the emulator.</exception>
    public static IReadOnlyDictionary<string, EmulatorCounts> Count(params string[] arguments) =>
        CountOn(null, arguments);

    /// <summary>The same on an emulated device of a compute capability; null for the emulator's own.</summary>
    public static IReadOnlyDictionary<string, EmulatorCounts> CountOn(int? architecture, params string[] arguments)
    {
        var file = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardError = true };
            if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
                start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
            foreach (var argument in arguments) start.ArgumentList.Add(argument);
            start.Environment["CUDASIM_STATS"] = file;
            start.Environment["CUDASIM_FMAD"] = "1";
            if (architecture is { } value) start.Environment["CUDASIM_ARCH"] = $"{value}";
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
        if (json.Length == 0)
            throw new InvalidOperationException(
                "nothing was counted; libcuda.so must be the CUDA emulator. Set LD_LIBRARY_PATH to its folder.");
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("kernels")
            .EnumerateObject().ToDictionary(kernel => kernel.Name, kernel => new EmulatorCounts(
            kernel.Value.GetProperty("warp_instructions").GetInt64(),
            kernel.Value.GetProperty("by_class").GetProperty("fma32").GetInt64(),
            kernel.Value.GetProperty("by_class").GetProperty("other").GetInt64(),
            kernel.Value.GetProperty("global_bytes").GetInt64(),
            kernel.Value.GetProperty("shared_requests").GetInt64(),
            kernel.Value.GetProperty("shared_wavefronts").GetInt64(),
            kernel.Value.GetProperty("barriers").GetInt64(),
            kernel.Value.GetProperty("launches").GetInt64(),
            kernel.Value.GetProperty("blocks").GetInt64(),
            kernel.Value.GetProperty("threads").GetInt64(),
            kernel.Value.TryGetProperty("critical_cycles", out var cycles) ? cycles.GetInt64() : 0));
    }
}

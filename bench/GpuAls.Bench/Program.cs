using System.CommandLine;
using GpuAls.Bench.Kernels;
using GpuAls.Bench.OnGpu;
using GpuAls.Bench.Roofline;

var root = new RootCommand("Verifies, then measures gpuals.");
root.Add(KernelsCommand.Create());
root.Add(RooflineCommand.Create());
root.Add(OnGpuCommand.Create());
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);

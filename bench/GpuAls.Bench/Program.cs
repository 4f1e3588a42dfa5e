using System.CommandLine;
using GpuAls.Bench.Kernels;

var root = new RootCommand("Verifies, then measures gpuals.");
root.Add(KernelsCommand.Create());
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);

using System.CommandLine;

namespace GpuAls.Bench.Kernels;

/// <summary>bench kernels: what can be known of the device kernels without a GPU.</summary>
internal static class KernelsCommand
{
    public static Command Create()
    {
        var isStatic = new Option<bool>("--static") { Description = "registers, shared memory and spills of each kernel, from ptxas" };
        var command = new Command("kernels", "What can be counted of the device kernels without a GPU.") { isStatic };
        command.SetAction(result =>
        {
            if (result.GetValue(isStatic)) return StaticReport.Print();
            Console.Error.WriteLine("error: choose a report: --static.");
            return 2;
        });
        return command;
    }
}

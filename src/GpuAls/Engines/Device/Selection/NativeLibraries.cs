using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ILGPU;

namespace GpuAls;

/// <summary>
/// Finds driver libraries under the names under which drivers install them. ILGPU looks for libOpenCL.so and
/// libcuda.so, which on Linux come only with development packages.
/// </summary>
internal static class NativeLibraries
{
    private static readonly Lazy<bool> Registration = new(Register);

    /// <summary>Registers the lookup. Must be called before ILGPU looks for devices.</summary>
    public static void Resolve() => _ = Registration.Value;

    /// <summary>The name of a kind's driver library.</summary>
    public static string NameOf(DeviceKind kind) => (kind, OperatingSystem.IsWindows()) switch
    {
        (DeviceKind.Cuda, true) => "nvcuda.dll",
        (DeviceKind.Cuda, false) => "libcuda.so.1",
        (_, true) => "OpenCL.dll",
        _ => OperatingSystem.IsMacOS() ? "/System/Library/Frameworks/OpenCL.framework/OpenCL" : "libOpenCL.so.1",
    };

    /// <summary>Whether a kind's driver library can be loaded.</summary>
    public static bool Has(DeviceKind kind) => NativeLibrary.TryLoad(NameOf(kind), out _);

    // Not SetDllImportResolver: an assembly can have only one, and under WSL ILGPU sets its own.
    private static bool Register()
    {
        var ilgpu = typeof(Context).Assembly;
        var loadContext = AssemblyLoadContext.GetLoadContext(ilgpu) ?? AssemblyLoadContext.Default;
        loadContext.ResolvingUnmanagedDll += Find;
        return true;
    }

    private static nint Find(Assembly assembly, string name)
    {
        var kind = name.ToUpperInvariant() switch
        {
            "CUDA" => DeviceKind.Cuda,
            "OPENCL" or "LIBOPENCL" => DeviceKind.OpenCl,
            _ => DeviceKind.Cpu,
        };
        return kind != DeviceKind.Cpu && NativeLibrary.TryLoad(NameOf(kind), out var handle) ? handle : 0;
    }
}

using GpuAls.App;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Mpi;

/// <summary>A folder with plays, in which mpirun starts the built tool.</summary>
internal sealed class MpirunFolder : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>Writes <c>plays.csv</c>.</summary>
    public static async Task<MpirunFolder> CreateAsync()
    {
        var made = new MpirunFolder();
        await SampleJob.RunAsync(new SampleJobOptions
        {
            Sample = new SampleOptions { Users = 300, Items = 90, Plays = 4_000 },
            Output = made.At("plays.csv"),
        });
        return made;
    }

    /// <summary>The command that starts the tool.</summary>
    public static string[] Tool => ["dotnet", Path.Combine(ToolProcess.Folder, "GpuAls.Cli.dll")];

    public string Root => _folder.Root;

    public string At(params string[] parts) => _folder.At(parts);

    public string[] Entries() => _folder.Entries();

    /// <summary>Starts processes here, unless they are to be elsewhere.</summary>
    public Task<MpiRun> RunAsync(
        string launcher, string[] arguments, params (string Name, string? Value)[] variables) =>
        MpiRun.Run(
            launcher, arguments.Contains("-wdir") ? arguments : ["-wdir", Root, .. arguments], variables);

    /// <summary>The bytes of all files of a model but its manifest, which has times.</summary>
    public Dictionary<string, string> Files(string model) => Directory.EnumerateFiles(At(model))
        .Where(file => Path.GetFileName(file) != ModelFiles.Manifest)
        .ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexString(File.ReadAllBytes(file)));

    public void Dispose() => _folder.Dispose();
}

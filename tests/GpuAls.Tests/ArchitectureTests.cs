using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Dependencies;
using ArchUnitNET.Loader;
using GpuAls.App;
using GpuAls.Cli;
using GpuAls.Connectors.S3;
using GpuAls.Formats;
using GpuAls.Kernels;
using GpuAls.Mpi;
using GpuAls.Serve;

namespace GpuAls.Tests;

/// <summary>
/// Data flows one way. A room of the library is a folder of <c>src/GpuAls</c> and uses earlier rooms only; kernels know
/// nothing of the library, the library nothing of the app, the app nothing of the command line; connectors and MPI
/// stand beside the app, formats of models between it and the library, and the server between it and the command line.
/// </summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] Rooms =
    [
        "Processes", "Storage", "Reading", "Indexing", "Sparse", "Engines",
        "Training", "Modeling", "Recommendation", "Evaluation", "Api",
    ];

    private static readonly Architecture Loaded = new ArchLoader()
        .LoadAssemblies(
            typeof(Float4).Assembly,
            typeof(FailureKind).Assembly,
            typeof(JobEvent).Assembly,
            typeof(S3Store).Assembly,
            typeof(MpiLaunch).Assembly,
            typeof(ModelFormat).Assembly,
            typeof(ServeHost).Assembly,
            typeof(CommandLine).Assembly)
        .Build();

    private static readonly Dictionary<string, string> RoomOfType = ReadRooms();

    [Test]
    public void Rooms_UseEarlierRoomsOnly()
    {
        var upward = Dependencies()
            .Where(pair => RoomIndex(pair.Target) > RoomIndex(pair.Source) && RoomIndex(pair.Source) >= 0)
            .Select(pair => $"{pair.Source} ({RoomOfType[Outer(pair.Source)]}) uses {pair.Target} "
                + $"({RoomOfType[Outer(pair.Target)]})");

        Assert.That(upward.Distinct(), Is.Empty);
    }

    [Test]
    public void Rooms_AreTheFoldersOfTheLibrary()
    {
        var folders = Directory.GetDirectories(LibraryFolder()).Select(Path.GetFileName).Except(["bin", "obj"]);

        Assert.That(folders, Is.EquivalentTo(Rooms));
    }

    [Test]
    public void Dependencies_OfALateRoom_AreSeen() =>
        Assert.That(Dependencies(), Has.Some.Matches<(string Source, string Target)>(
        pair => RoomIndex(pair.Source) == Array.IndexOf(Rooms, "Evaluation")
            && RoomIndex(pair.Target) == Array.IndexOf(Rooms, "Training")));

    [TestCase("GpuAls.Kernels.", "GpuAls.", TestName = "Kernels_UseNothingOfTheLibrary")]
    [TestCase("GpuAls.App.", "GpuAls.Cli.", TestName = "App_UsesNothingOfTheCommandLine")]
    [TestCase("GpuAls.App.", "GpuAls.Connectors.", TestName = "App_UsesNoConnector")]
    [TestCase("GpuAls.App.", "GpuAls.Serve.", TestName = "App_UsesNothingOfTheServer")]
    [TestCase("GpuAls.Serve.", "GpuAls.Cli.", TestName = "Server_UsesNothingOfTheCommandLine")]
    [TestCase("GpuAls.Serve.", "GpuAls.Connectors.", TestName = "Server_UsesNoConnector")]
    [TestCase("GpuAls.Connectors.", "GpuAls.App.", TestName = "Connectors_UseNothingOfTheApp")]
    [TestCase("GpuAls.Mpi.", "GpuAls.App.", TestName = "Mpi_UsesNothingOfTheApp")]
    [TestCase("GpuAls.Mpi.", "GpuAls.Cli.", TestName = "Mpi_UsesNothingOfTheCommandLine")]
    [TestCase("GpuAls.Mpi.", "GpuAls.Connectors.", TestName = "Mpi_UsesNoConnector")]
    [TestCase("GpuAls.App.", "GpuAls.Mpi.", TestName = "App_UsesNothingOfMpi")]
    [TestCase("GpuAls.Formats.", "GpuAls.App.", TestName = "Formats_UseNothingOfTheApp")]
    public void Assembly_UsesNothingAbove(string source, string above)
    {
        var outward = Dependencies().Where(pair => pair.Source.StartsWith(source, StringComparison.Ordinal)
            && pair.Target.StartsWith(above, StringComparison.Ordinal)
                && !pair.Target.StartsWith(source, StringComparison.Ordinal));

        Assert.That(outward, Is.Empty);
    }

    /// <summary>
    /// Files and folders are made, written and moved in Storage alone; all others get a stream from an output.
    /// </summary>
    [Test]
    public void Files_AreWrittenInStorageOnly()
    {
        var elsewhere = FileWrites().Where(call => !IsInStorage(call.Source))
            .Select(call => $"{call.Source} calls {call.Target}");

        Assert.That(elsewhere.Distinct(), Is.Empty);
    }

    [Test]
    public void Files_WrittenInStorage_AreSeen()
    {
        var seen = FileWrites().Where(call => IsInStorage(call.Source)).Select(call => Outer(call.Source)).Distinct();

        Assert.That(
            seen,
            Does.Contain("GpuAls.FolderOutput").And.Contain("GpuAls.FilesOutput").And
                .Contain("GpuAls.LocalFileStream"));
    }

    private static bool IsInStorage(string type) => RoomIndex(type) == Array.IndexOf(Rooms, "Storage");

    private static IEnumerable<(string Source, string Target)> FileWrites() => Loaded.Types
        .Where(type => type.FullName.StartsWith("GpuAls.", StringComparison.Ordinal))
        .SelectMany(type => type.Dependencies.OfType<MethodCallDependency>()
            .Select(call => (type.FullName, Target: call.TargetMember.FullName)))
        .Where(call => WritesFiles().IsMatch(call.Target));

    private static IEnumerable<(string Source, string Target)> Dependencies() => Loaded.Types
        .Where(type => type.FullName.StartsWith("GpuAls.", StringComparison.Ordinal))
        .SelectMany(type => type.Dependencies.Select(dependency => (type.FullName, dependency.Target.FullName)))
        .Where(pair => !pair.Item2.Contains("+<", StringComparison.Ordinal)); // type parameters

    /// <summary>The room of a type; -1 for what lies beside the rooms and for other assemblies.</summary>
    private static int RoomIndex(string type) =>
        RoomOfType.TryGetValue(Outer(type), out var room) ? Array.IndexOf(Rooms, room) : -1;

    /// <summary>The name of a type without those nested in it and without type arguments.</summary>
    private static string Outer(string type) => type.Split('+', '`', '<')[0];

    private static Dictionary<string, string> ReadRooms()
    {
        var library = LibraryFolder();
        var rooms = new Dictionary<string, string>();
        var files = Rooms.SelectMany(
            room => Directory.GetFiles(Path.Combine(library, room), "*.cs", SearchOption.AllDirectories));
        foreach (var file in files)
            foreach (Match declared in DeclaredType().Matches(File.ReadAllText(file)))
                rooms[$"GpuAls.{declared.Groups[1].Value}"] = Path.GetRelativePath(library, file)
                    .Split(Path.DirectorySeparatorChar)[0];
        return rooms;
    }

    private static string LibraryFolder()
    {
        var folder = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(folder, "GpuAls.sln"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "src", "GpuAls");
    }

    /// <summary>
    /// Methods that change files or folders, and constructors of streams and writers that take a path. Handles and
    /// <c>File.OpenRead</c> only read.
    /// </summary>
    [GeneratedRegex(
        @" System\.IO\.(?:FileStream::\.ctor"
        + @"|StreamWriter::\.ctor\(System\.String"
        + @"|File::(?:Create|Open\(|OpenWrite|Write|Append|Move|Copy|Delete|Replace|SetAttributes)"
        + @"|(?:FileInfo|DirectoryInfo)::(?:Create|Open\(|OpenWrite|Append|MoveTo|CopyTo|Delete|Replace)"
        + @"|Directory::(?:Create|Move|Delete)"
        + @"|RandomAccess::(?:Write|SetLength))")]
    private static partial Regex WritesFiles();

    [GeneratedRegex(
        @"^(?:public|internal)[\w ]* (?:class|struct|interface|enum|record|delegate [\w?<>]+) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex DeclaredType();
}

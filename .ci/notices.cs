// Prints the notices that a release carries: each package in it, with its copyright and its licence. Fails for a
// package whose licence is not one of those in .ci/licenses, so that nobody adds one unseen.
//   dotnet run .ci/notices.cs -- PROJECT.assets.json
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property RestoreLockedMode=false
using System.Text.Json;
using System.Xml.Linq;

// Packages from before licence expressions; looked up by hand.
var known = new Dictionary<string, string>(StringComparer.Ordinal)
{
    ["K4os.Compression.LZ4"] = "MIT",
    ["K4os.Compression.LZ4.Streams"] = "MIT",
    ["K4os.Hash.xxHash"] = "MIT",
};
var texts = Directory.GetFiles(Path.Combine(".ci", "licenses"), "*.txt")
    .ToDictionary(file => Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal);

using var assets = JsonDocument.Parse(File.ReadAllBytes(args[0]));
var folders = assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();
var target = assets.RootElement.GetProperty("targets").EnumerateObject().Last().Value;
var used = new SortedSet<string>(StringComparer.Ordinal);

Console.WriteLine("gpuals contains the packages below. A self-contained gpuals also contains the .NET runtime (Copyright");
Console.WriteLine("(c) .NET Foundation and Contributors, MIT). The text of each licence follows the list.");
Console.WriteLine();
foreach (var package in target.EnumerateObject())
{
    if (package.Value.GetProperty("type").GetString() != "package" || !IsShipped(package.Value)) continue;
    var (name, version) = package.Name.Split('/') is [var id, var number] ? (id, number) : throw new FormatException();
    var (folder, metadata) = Find(name, version);
    var license = known.GetValueOrDefault(name) ?? Value(metadata, "license");
    // A licence of the package's own, such as ILGPU's (University of Illinois/NCSA).
    var own = license is null ? null : Path.Combine(folder, license);
    if (File.Exists(own)) texts.TryAdd(license = $"{name} {version}, {license}", own);
    if (license is null || !texts.ContainsKey(license))
    {
        Console.Error.WriteLine($"{name} {version}: its licence is '{license}', which .ci/licenses does not have.");
        return 1;
    }

    used.Add(license);
    Console.WriteLine($"{name} {version}: {license}");
    string?[] details = [Value(metadata, "copyright") ?? Value(metadata, "authors"), Value(metadata, "projectUrl")];
    foreach (var detail in details.Where(detail => detail is not null)) Console.WriteLine($"  {detail}");
}

foreach (var license in used)
{
    Console.WriteLine();
    Console.WriteLine(new string('=', 100));
    Console.WriteLine(license);
    Console.WriteLine();
    Console.WriteLine(File.ReadAllText(texts[license]).TrimEnd());
}

return 0;

// Build tools and empty packages have nothing that runs.
static bool IsShipped(JsonElement package) => ((string[])["runtime", "native", "runtimeTargets"]).Any(
    kind => package.TryGetProperty(kind, out var files)
        && files.EnumerateObject().Any(file => !file.Name.EndsWith("/_._", StringComparison.Ordinal)));

(string Folder, XElement Metadata) Find(string name, string version)
{
    var lower = name.ToLowerInvariant();
    var folder = folders.Select(root => Path.Combine(root, lower, version)).First(Directory.Exists);
    var root = XDocument.Load(Path.Combine(folder, $"{lower}.nuspec")).Root!;
    return (folder, root.Elements().First(element => element.Name.LocalName == "metadata"));
}

static string? Value(XElement metadata, string name) =>
    metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;

namespace GpuAls;

/// <summary>A file or folder that is written under one name and appears under another, which is the one that users know.</summary>
/// <param name="Staging">Where it is written.</param>
/// <param name="Final">Where it is to appear.</param>
public readonly record struct StagedPath(string Staging, string Final)
{
    /// <summary>A path that is written where it is to stay.</summary>
    public static implicit operator StagedPath(string path) => InPlace(path);

    /// <summary>A path that is written where it is to stay.</summary>
    public static StagedPath InPlace(string path) => new(path, path);

    /// <summary>What has a name below this folder.</summary>
    public StagedPath Below(string name) => new(Path.Combine(Staging, name), Path.Combine(Final, name));
}

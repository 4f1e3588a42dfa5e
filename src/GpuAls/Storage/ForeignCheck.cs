namespace GpuAls;

/// <summary>Why a directory is not of the kind that is written here.</summary>
/// <param name="directory">The directory.</param>
/// <param name="names">The files below it, with slashes, in the order of their names.</param>
/// <returns>The reason, to follow the directory's name in a sentence; null where the directory may be replaced.</returns>
public delegate string? ForeignCheck(string directory, IEnumerable<string> names);

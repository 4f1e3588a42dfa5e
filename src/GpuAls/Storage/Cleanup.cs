namespace GpuAls;

/// <summary>Removing what is no longer needed, where a refusal must not hide the failure that led here.</summary>
internal static class Cleanup
{
    /// <summary>Removes a file or folder.</summary>
    /// <returns>False where the file system refused.</returns>
    public static bool TryDelete(string path, bool recursive = true)
    {
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive);
            else File.Delete(path);
            return true;
        }
        catch (Exception exception) when (OutputErrors.IsOfFileSystem(exception))
        {
            return false;
        }
    }
}

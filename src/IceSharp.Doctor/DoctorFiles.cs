using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IceSharp.Doctor;

/// <summary>What the command line only names: certificates in files, passwords in the environment.</summary>
internal static class DoctorFiles
{
    /// <exception cref="UsageException">The file cannot be read, or holds no certificate.</exception>
    public static X509Certificate2Collection ReadAuthorities(string file)
    {
        try
        {
            X509Certificate2Collection authorities = [];
            authorities.ImportFromPemFile(file);
            return authorities.Count > 0 ? authorities : throw new UsageException($"'{file}' holds no certificate.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UsageException($"'{file}' cannot be read: {e.Message}");
        }
    }

    /// <exception cref="UsageException">There is none.</exception>
    public static string ReadPassword(string user) => Environment.GetEnvironmentVariable(DoctorOptions.PasswordVariable)
        ?? throw new UsageException($"The password of '{user}' belongs into the environment variable {DoctorOptions.PasswordVariable}.");
}

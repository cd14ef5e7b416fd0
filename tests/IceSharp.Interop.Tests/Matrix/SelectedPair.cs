using System.Globalization;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>What a peer says of the pair it uses.</summary>
internal sealed record SelectedPair(int Component, string LocalType, string LocalAddress, int LocalPort, string RemoteType, string RemoteAddress, int RemotePort)
{
    /// <summary>Reads a line "selected 1 host 192.0.2.1 5000 srflx 198.51.100.2 6000".</summary>
    /// <exception cref="FormatException">The line is another one.</exception>
    public static SelectedPair Parse(string line)
    {
        string[] words = line.Split(' ');
        return words.Length == 8 && words[0] == "selected"
            ? new(Number(words[1]), words[2], words[3], Number(words[4]), words[5], words[6], Number(words[7]))
            : throw new FormatException($"'{line}' is no selected pair.");
    }

    /// <summary>Whether the other side's pair is the same one, seen from there.</summary>
    public bool Mirrors(SelectedPair other) =>
        (LocalAddress, LocalPort) == (other.RemoteAddress, other.RemotePort) && (RemoteAddress, RemotePort) == (other.LocalAddress, other.LocalPort);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{LocalType} {LocalAddress}:{LocalPort} - {RemoteType} {RemoteAddress}:{RemotePort}");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

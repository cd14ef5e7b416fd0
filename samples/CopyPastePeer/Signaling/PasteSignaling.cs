using System.Text;
using IceSharp.Samples.Terminal;

namespace IceSharp.Samples.CopyPastePeer.Signaling;

/// <summary>Descriptions by copy and paste: ours is printed, theirs is read up to an empty line or the end of input.</summary>
internal sealed class PasteSignaling(TextReader input, StateLine output) : ISignaling
{
    // What is pasted by mistake can be a whole file.
    private const int MaxCharacters = 1 << 20;

    public Task SendAsync(string name, string sdp, CancellationToken cancellationToken)
    {
        output.WriteLine($"Copy this {name} to the other side:");
        output.WriteLine();
        output.WriteLine(sdp.ReplaceLineEndings("\n").TrimEnd('\n'));
        output.WriteLine();
        return Task.CompletedTask;
    }

    public async Task<string?> ReceiveAsync(string name, CancellationToken cancellationToken)
    {
        output.WriteLine($"Paste the {name} of the other side here, then an empty line:");
        StringBuilder text = new();
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            // Indentation and quoting by mail programs go; a line of SDP begins with its letter.
            line = line.Trim().TrimStart('>', ' ');
            if (line.Length > 0 && text.Length + line.Length <= MaxCharacters)
            {
                text.Append(line).Append("\r\n");
            }
            else if (line.Length == 0 && text.Length > 0)
            {
                break;
            }
        }

        return text.Length == 0 ? null : text.ToString();
    }
}

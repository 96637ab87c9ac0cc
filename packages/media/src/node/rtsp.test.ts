/**
 * A camera on the loopback: FFmpeg's RTP packetizer behind the few lines of RTSP that a client needs. Both ends are in
 * this process.
 */
import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { avSdpCreate, FormatContext, Packet } from 'node-av/lib';
import { afterAll, describe, expect, it } from 'vitest';
import { openVideo } from './open-video.ts';
import { temporaryFolder, writeClip } from './testing.ts';

const folder = temporaryFolder();
afterAll(() => folder.dispose());

/** Serves the clip once, over TCP, as RTSP (RFC 2326) with interleaved RTP. */
async function camera(path: string): Promise<{ address: string; close(): Promise<void> }> {
  const input = new FormatContext();
  await input.openInput(path, null, null);
  await input.findStreamInfo(null);
  const udp = createSocket('udp4');
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  const output = new FormatContext();
  output.allocOutputContext2(null, 'rtp', `rtp://127.0.0.1:${udp.address().port}?pkt_size=1200`);
  const stream = output.newStream(null);
  input.streams[0].codecpar.copy(stream.codecpar);
  stream.timeBase = input.streams[0].timeBase;
  await output.openOutput();
  await output.writeHeader(null);
  const sdp = `${avSdpCreate([output])
    ?.replace(/m=video \d+/, 'm=video 0')
    .trim()}\r\na=control:track0\r\n`;

  let playing = Promise.resolve();
  const play = async (client: Socket) => {
    udp.on('message', (datagram) => {
      const header = Buffer.from([0x24, 0, datagram.length >> 8, datagram.length & 255]);
      if (!client.destroyed) client.write(Buffer.concat([header, datagram]));
    });
    const packet = new Packet();
    packet.alloc();
    while (!client.destroyed && (await input.readFrame(packet)) >= 0) {
      packet.rescaleTs(input.streams[0].timeBase, stream.timeBase);
      await output.writeFrame(packet);
      packet.unref();
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    packet.free();
    client.end();
  };

  const server = createServer((client) => {
    client.on('error', () => {});
    let text = '';
    client.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end);
        text = text.slice(end + 4);
        const sequence = /CSeq: *(\d+)/i.exec(request)?.[1] ?? '0';
        const answer = (headers: string[], body = '') =>
          client.write(['RTSP/1.0 200 OK', `CSeq: ${sequence}`, ...headers, '', body].join('\r\n'));
        if (request.startsWith('OPTIONS')) answer(['Public: DESCRIBE, SETUP, PLAY, TEARDOWN']);
        else if (request.startsWith('DESCRIBE')) {
          answer(['Content-Type: application/sdp', `Content-Length: ${Buffer.byteLength(sdp)}`], sdp);
        } else if (request.startsWith('SETUP')) {
          answer(['Transport: RTP/AVP/TCP;unicast;interleaved=0-1', 'Session: 1']);
        } else {
          answer(['Session: 1']);
          if (request.startsWith('PLAY')) playing = play(client);
        }
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/camera`,
    async close() {
      server.close();
      await playing;
      udp.close();
      await output.closeOutput();
      await input.closeInput();
    },
  };
}

describe('RTSP', () => {
  it('is read live, once, with rising times', async () => {
    const path = folder.file('camera.mp4');
    await writeClip(path, 60, (id) => id / 25, { keyframeS: 0.2 });
    const source = await camera(path);
    const video = await openVideo(source.address);
    expect(video.info).toMatchObject({ isLive: true, durationS: null, codec: 'h264', width: 96, height: 64 });
    const times: number[] = [];
    for await (const frame of video.frames()) {
      expect(frame.id).toBe(times.length);
      times.push(frame.timestampS);
      expect(await frame.view({ kind: 'small', size: 10 })).toHaveLength(300);
      frame.close();
    }
    expect(times.length).toBeGreaterThan(50);
    for (let i = 1; i < times.length; i++) expect(times[i] - times[i - 1]).toBeGreaterThan(0.03);
    expect(() => video.frames()).toThrow(/read once/);
    await video.close();
    await source.close();
  });

  it('is left in the middle without waiting for the next picture', async () => {
    const path = folder.file('camera.mp4');
    const source = await camera(path);
    const video = await openVideo(source.address);
    for await (const frame of video.frames()) {
      frame.close();
      if (frame.id === 5) break;
    }
    await video.close();
    await source.close();
  });
});

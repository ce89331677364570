// Package props makes the things that people in the sandbox send: photos, voice notes, documents, films. They are drawn
// and built here, byte for byte the same for the same name, so nobody's rights are in them.
//
// What a person would see or hear in them is written inside, because the offline model has neither eyes nor ears: a photo
// says SCENE=… in its JPEG or PNG comment, a voice note TRANSCRIPT=… in the comment header of its Ogg Opus stream, a
// document has its words as text. [Seen] and [Heard] read it back.
//
// It imports the standard library and Go's own fonts. Start reading at [File].
package props
